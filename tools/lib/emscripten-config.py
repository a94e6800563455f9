# Configuration of the private Emscripten; Node is the one on PATH.
import os

_emscripten = os.path.dirname(os.environ["EM_CONFIG"])
LLVM_ROOT = "/usr/lib/llvm-19/bin"
BINARYEN_ROOT = os.path.join(_emscripten, "node_modules", "binaryen")
CACHE = os.path.join(_emscripten, "cache")
