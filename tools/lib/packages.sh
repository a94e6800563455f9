# Programs and headers that come from the system's package manager. Source this file.
# need() collects what is missing, install_needed() installs all of it in one go.

needed_packages=()
needed_reasons=()

# need PACKAGES REASON CHECK...: asks for the Debian packages when the command CHECK fails.
need() {
  local packages=$1 reason=$2
  shift 2
  "$@" >/dev/null 2>&1 && return
  read -r -a packages <<<"$packages"
  needed_packages+=("${packages[@]}")
  needed_reasons+=("${packages[*]}: $reason")
}

install_needed() {
  [ ${#needed_packages[@]} -eq 0 ] && return
  if ! is_debian; then
    printf '  missing, %s\n' "${needed_reasons[@]}" >&2
    fail "install the above (named as in Debian) and run this again"
  fi
  printf "$(basename "$0"): installing %s\n" "${needed_reasons[@]}"
  as_root apt-get update --quiet=2
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install --quiet=2 -o Dpkg::Use-Pty=0 --yes --no-install-recommends "${needed_packages[@]}" >/dev/null
  needed_packages=()
  needed_reasons=()
}

is_debian() { grep --quiet --no-messages --line-regexp 'ID=debian' /etc/os-release; }

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "'$*' needs root: run it as root, or install sudo"
  fi
}
