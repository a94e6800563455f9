# Eigen 5, whose headers support WebAssembly: the one that is there, or a private one. Source this file.

has_eigen() {
  local prefix
  for prefix in "$toolchain/eigen" "${Eigen3_ROOT:-}" /usr/local /usr; do
    grep -qs 'define EIGEN_MAJOR_VERSION 5' "$prefix/include/eigen3/Eigen/Version" && return
  done
  return 1
}

# Elsewhere than on Debian, CMake fetches Eigen's source instead.
install_eigen() {
  say "installing Eigen 5 into .toolchain (matrix library; Debian 12's 3.4 knows no WebAssembly)"
  unpack_newer libeigen3-dev/sid "$toolchain/eigen"
}
