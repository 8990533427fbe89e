#!/usr/bin/env bash
# Test accuracy of the default run for some seeds, and their mean, on the set in a folder or, for a machine
# without one and without a network, on the built-in digits:
#
#     swift build -c release && Benchmarks/accuracy.sh DATA_DIR 0 1 2
#     swift build -c release && Benchmarks/accuracy.sh digits 0 1 2
set -euo pipefail
data=(--data_dir "$1")
[ "$1" != digits ] || data=(--dataset digits)
shift
build=${BUILD:-$(dirname "$0")/../.build/release}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for seed in "$@"; do
  "$build/mnist-train" --model_fn "$folder/model.ckpt" "${data[@]}" --seed "$seed" --verbose 0 \
    > /dev/null
  echo "seed $seed: $("$build/mnist-predict" --model_fn "$folder/model.ckpt" "${data[@]}")"
done | tee "$folder/table"
awk '{ total += $NF } END { printf "mean of %d: %.4f\n", NR, total / NR }' "$folder/table"
