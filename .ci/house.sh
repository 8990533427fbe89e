# Sourced by the scripts that ask the compiler about the library: the rooms and how it is called.

# The order of the rooms, here and nowhere else among the scripts: each may use those before it.
rooms=(System Formats Devices Tensor Modules Optimizers Pictures Data Training Evaluation Checkpoints
  Reports Serving CommandLine)
library=Sources/MNISTCore

# set_compiler OPTION…: the arrays compiler and options, for a library in the current folder. The
# instruction set does not matter to what is asked here.
set_compiler() {
  local map
  compiler=(swiftc)
  target=$(swiftc -print-target-info | sed -n 's/.*"triple": "\(.*\)".*/\1/p')
  options=()
  if [ "$(uname)" = Darwin ]; then
    compiler=(xcrun swiftc)
    target=$(uname -m)-apple-macosx15.0
    options+=(-sdk "$(xcrun --show-sdk-path)")
  fi
  options+=(-target "$target")
  for map in Sources/*/module.modulemap; do
    if [ -e "$map" ]; then options+=(-I "$(dirname "$map")"); fi
  done
  # What the compiler driver would pass on: an extraction of symbols knows these options only.
  extraction=("${options[@]}")
  resources=$("${compiler[@]}" -print-target-info | sed -n 's/.*"runtimeResourcePath": "\(.*\)".*/\1/p')
  options+=(-swift-version 6 -package-name mnist_train -diagnostic-style llvm
    -plugin-path "$resources/host/plugins" "$@")
}
