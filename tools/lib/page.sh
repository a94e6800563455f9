# The engines and the page, to web/dist/. Needs .toolchain/env.sh, console.sh and trees.sh.

# build_engines PRESETS...
build_engines() {
  local preset
  for preset in "$@"; do
    configure_tree "$preset"
    cmake --build --preset "$preset" --target patchboard_wasm
  done
}

build_page() {
  say "building the engine as WebAssembly: with relaxed SIMD and without, and for one thread (minutes the first time)"
  build_engines wasm wasm-simd wasm-single
  say "building the page"
  npm run --silent build
}
