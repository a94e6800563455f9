# The build trees of CMakePresets.json. Needs tools-found.sh.

# configure_tree PRESET: the sanitizers' and fuzzers' trees with clang, by the name that it has here. A tree that
# is new compiles its sources in groups, as nobody works in it; but for two, so that every source is known to
# compile alone: one of the engines, and the thread sanitizer's, which has the command.
configure_tree() {
  local -a more=()
  case $1 in
    native-sanitize | native-tsan | fuzz-32) more+=(-DCMAKE_CXX_COMPILER="$(find_clang_tool clang++)") ;;
  esac
  case $1 in
    wasm | native-tsan) ;;
    *) [ -e "build/$1/CMakeCache.txt" ] || more+=(-DPATCHBOARD_JOINED=ON) ;;
  esac
  cmake --preset "$1" "${more[@]}" >/dev/null
}
