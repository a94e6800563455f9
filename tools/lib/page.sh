# build_page: the three engines and the page, to web/dist/. Needs .toolchain/env.sh.

build_page() {
  say "building the engine as WebAssembly: with relaxed SIMD and without, and for one thread (minutes the first time)"
  local preset
  for preset in wasm wasm-simd wasm-single; do
    cmake --preset "$preset" >/dev/null
    cmake --build --preset "$preset" --target patchboard_wasm
  done
  say "building the page"
  npm run --silent build
}
