#!/usr/bin/env bash
# On a machine with a GPU: gpu.sh DATA_DIR [PYTHON]. What the GPU is, the device tests on it, the default run, and the same
# run in PyTorch, eager and with CUDA graphs, where PYTHON has torch with CUDA. Needs a release build and, for the
# tests, `swift build --build-tests`; without Swift there, copy .build after
# `swift build -c release --static-swift-stdlib`.
set -euo pipefail
cd "$(dirname "$0")/.."
data=${1:?DATA_DIR}
python=${2:-}
train=.build/release/mnist-train
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
say() { printf '\n== %s (%d s)\n' "$*" "$SECONDS"; }

say "devices"
"$train" --devices
"$train" --devices | grep -q '^ *0 ' || { echo "no GPU" >&2; exit 1; }

if command -v swift > /dev/null && [ -d .build/debug ]; then
  say "tests on it"
  swift test --skip-build --filter 'DeviceOperationTests|OpenCLDeviceTests|Reference|Quadratic|DeviceIndependence'
fi

say "the default run, twice: seconds, and the same bytes"
for run in 1 2; do
  start=$(date +%s.%N)
  "$train" --data_dir "$data" --gpu_id 0 --seed 0 --model_fn "$work/$run.ckpt" | tail -1
  echo "$(date +%s.%N) $start" | awk '{ printf "%.2f s\n", $1 - $2 }'
done
cmp "$work/1.ckpt" "$work/2.ckpt" && echo "the same bytes"
.build/release/mnist-predict --model_fn "$work/1.ckpt" --data_dir "$data" --gpu_id 0
.build/release/mnist-predict --model_fn "$work/1.ckpt" --data_dir "$data" --gpu_id -1

[ -n "$python" ] || { echo "PyTorch is left out: no PYTHON was given"; exit 0; }
say "beside PyTorch"
"$python" Benchmarks/compare_with_pytorch.py epochs --python "$python" --data_dir "$data" --n_epochs 20 --rounds 3 \
  --graphs --gpu_id 0
say "done"
