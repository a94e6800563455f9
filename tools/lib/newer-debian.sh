# Packages of newer Debian releases, unpacked into a private folder. Source this file.
# Nothing of the system changes: apt gets a source list, an index and a cache of its own, and checks
# signatures with the system's Debian keys. The mirror is the one that the machine already uses.

# unpack_newer PACKAGE/SUITE FOLDER TAR-OPTIONS...: puts what the package has below /usr into FOLDER.
unpack_newer() {
  local package=$1 folder=$2 archive
  shift 2
  private_apt_update
  (cd "$private_apt" && private_apt_get download --quiet=2 "$package")
  archive=$(find "$private_apt" -name "${package%/*}_*.deb")
  rm -rf "$folder"
  mkdir -p "$folder.part"
  dpkg-deb --fsys-tarfile "$archive" |
    tar --extract --directory="$folder.part" --strip-components=2 "$@" ./usr
  mv "$folder.part" "$folder"
  rm "$archive"
}

private_apt_update() {
  [ "$private_apt_is_fresh" ] && return
  local mirror
  # shellcheck disable=SC2016
  mirror=$(apt-get indextargets --format '$(REPO_URI)' \
    'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | head -n 1)
  [ -n "$mirror" ] || fail "apt knows no Debian mirror: run 'apt-get update' and look at its sources"
  mkdir -p "$private_apt/lists/partial" "$private_apt/cache"
  printf "deb [signed-by=$debian_keys] $mirror %s main\n" trixie sid >"$private_apt/sources.list"
  private_apt_get update --quiet=2
  private_apt_is_fresh=yes
}

private_apt_get() {
  apt-get -o Dir::Etc::SourceList="$private_apt/sources.list" -o Dir::Etc::SourceParts=- \
    -o Dir::State::Lists="$private_apt/lists" -o Dir::Cache="$private_apt/cache" \
    -o Acquire::Languages=none -o APT::Sandbox::User="$(id -un)" "$@"
}

private_apt=$toolchain/apt
private_apt_is_fresh=
debian_keys=/usr/share/keyrings/debian-archive-keyring.gpg
