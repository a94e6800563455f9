# The npm packages of the page and its tests. Source this file.

install_node_packages() {
  local installed=$root/node_modules/.package-lock.json
  [ "$installed" -nt "$root/package-lock.json" ] && return
  say "installing npm packages into node_modules (what package-lock.json names, for the page and its tests)"
  (cd "$root" && npm ci --silent)
}
