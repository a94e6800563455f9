# Messages of the scripts in tools/. Source this file.

say() { printf '%s: %s\n' "$(basename "$0")" "$*"; }

fail() {
  printf '%s: error: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# at_least WANTED FOUND: true when the version FOUND is WANTED or newer.
at_least() {
  [ -n "$2" ] && [ "$(printf '%s\n%s\n' "$1" "$2" | sort --version-sort | head -n 1)" = "$1" ]
}

# version_of COMMAND ARGUMENTS...: the first version number that it prints, or nothing.
version_of() {
  "$@" 2>/dev/null | grep --only-matching --extended-regexp --max-count=1 '[0-9]+(\.[0-9]+)+' | head -n 1 || true
}
