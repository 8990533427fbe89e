#!/usr/bin/env bash
# Every single change of a small model file in each container; see Mutations.swift. mutations.sh [EVERY]
source "$(dirname "$0")/common.sh"
program=$build/mutations
# The changes are the tests' own.
changes=Tests/MNISTCoreTests/Support/Changes.swift
if [ ! -x "$program" ] || [ -n "$(find Sources/MNISTCore Reliability/Mutations.swift "$changes" -newer "$program" -name '*.swift')" ]; then
  mapfile -t sources < <(find Sources/MNISTCore -name '*.swift')
  swiftc -O -parse-as-library -swift-version 6 -module-name Mutated -package-name mnist_train -I Sources/CZlib -I Sources/CVariadic "${sources[@]}" \
    Reliability/Mutations.swift "$changes" -lz -o "$program"
fi
make_set "$work/data" 12
for model in "$work/m" "$work/m.pth"; do
  "$train" --model_fn "$model" --data_dir "$work/data" --n_layers 2 --use_dropout --seed 1 --n_epochs 1 \
    --verbose 0 > /dev/null
  "$program" "$model" "${1:-1}"
done
