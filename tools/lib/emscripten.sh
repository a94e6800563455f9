# Emscripten: the one that is there, or a private one. Source this file.

# The first emcc that is new enough: the private one, $EMSDK's, the one on PATH.
find_emcc() {
  local emcc
  for emcc in "$toolchain/emscripten/emcc" "${EMSDK:-}/upstream/emscripten/emcc" emcc; do
    if at_least 3.1.58 "$(version_of "$emcc" -dumpversion)"; then
      command -v "$emcc"
      return
    fi
  done
  return 1
}

# What the private Emscripten runs on.
need_for_emscripten() {
  need clang-19 "the compiler behind Emscripten" command -v clang-19
  need lld-19 "the linker behind Emscripten" command -v wasm-ld-19
  need llvm-19 "the archiver behind Emscripten" command -v llvm-ar-19
  need python3 "runs Emscripten" command -v python3
}

# Debian 13's Emscripten, without the variants of its libraries for dynamic linking and
# link-time optimisation (three quarters of its 1.6 GB), and npm's binaryen and acorn.
install_emscripten() {
  is_debian || fail "no emcc of version 3.1.58 or newer: install Emscripten from emscripten.org"
  say "installing Emscripten 3.1.69 into .toolchain (compiles the core to WebAssembly; Debian 12's own is too old)"
  unpack_newer emscripten/trixie "$toolchain/emscripten-package" \
    --exclude='*/lto' --exclude='*/lto-pic' --exclude='*/pic'
  local emscripten=$toolchain/emscripten-package/share/emscripten
  # The package.json that npm writes here also keeps Node from applying the project's own to Emscripten.
  npm install --prefix "$emscripten" --silent binaryen@120 acorn@8
  mkdir -p "$emscripten/node_modules/binaryen/lib"
  cp "$root/tools/lib/emscripten-config.py" "$emscripten/.emscripten"
  ln -sfn emscripten-package/share/emscripten "$toolchain/emscripten"
}
