# Which of several possible commands this machine has. Source this file.

# find_clang_tool NAME: the command of clang's release 19, by either name; others judge differently.
find_clang_tool() {
  if command -v "$1-19"; then return; fi
  case $(version_of "$1" --version) in
    19.*) command -v "$1" ;;
    *) return 1 ;;
  esac
}

find_chromium() { first_command "${CHROMIUM:-}" chromium chromium-browser google-chrome-stable google-chrome; }

find_chromium_shell() { first_command "${CHROMIUM_SHELL:-}" chromium-headless-shell; }

find_firefox() { first_command "${FIREFOX:-}" firefox-esr firefox; }

# It opens a window, which needs a display.
find_webkit_driver() {
  command -v Xvfb >/dev/null || return 1
  first_command "${WEBKIT_DRIVER:-}" WebKitWebDriver
}

# first_command NAMES...: where the first of them that this machine has is.
first_command() {
  local candidate
  for candidate in "$@"; do
    if command -v "$candidate"; then return; fi
  done
  return 1
}
