# Node.js: the one that is there, or a private one from npm. Source this file.

has_node() { at_least 20.19 "$(version_of node --version)" && command -v npm; }

# npm's package "node" brings the binary. Its own npm comes along: Debian's works with Debian's Node.
install_node() {
  say "installing Node.js 22 into .toolchain (the one that is there is older than 20.19)"
  npm install --prefix "$toolchain/node" --silent node@22 npm@11
  mkdir -p "$toolchain/bin"
  ln -sfn ../node/node_modules/.bin/{node,npm,npx} "$toolchain/bin/"
}
