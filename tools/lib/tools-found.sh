# Which of several possible commands this machine has. Source this file.

# find_clang_tool NAME: the command of clang's release 19, by either name; others judge differently.
find_clang_tool() {
  if command -v "$1-19"; then return; fi
  case $(version_of "$1" --version) in
    19.*) command -v "$1" ;;
    *) return 1 ;;
  esac
}

find_chromium() {
  local candidate
  for candidate in "${CHROMIUM:-}" chromium chromium-browser google-chrome-stable google-chrome; do
    if command -v "$candidate"; then return; fi
  done
  return 1
}
