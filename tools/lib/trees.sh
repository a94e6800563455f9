# The build trees of CMakePresets.json. Needs tools-found.sh.

# configure_tree PRESET: the sanitizers' and fuzzers' trees with clang, by the name that it has here.
configure_tree() {
  case $1 in
    native-sanitize | native-tsan | fuzz-32)
      cmake --preset "$1" -DCMAKE_CXX_COMPILER="$(find_clang_tool clang++)" >/dev/null
      ;;
    *) cmake --preset "$1" >/dev/null ;;
  esac
}
