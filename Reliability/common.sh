# Shared by the scripts of this folder; run from anywhere.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export SWIFT_BACKTRACE=enable=no
build=.build/reliability
mkdir -p "$build"
build=$(cd "$build" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
train=$PWD/.build/release/mnist-train
predict=$PWD/.build/release/mnist-predict
# What the small runs below have in common.
options=(--data_dir "$work/data" --n_layers 3 --batch_size 8 --n_threads 1 --verbose 2)

fail() { echo "reliability: FAILED: $*" >&2; exit 1; }
skip() { echo "reliability: SKIPPED: $*"; }

# make_set FOLDER COUNT: noise of 3 × 4 pixels with labels 0, 1, 2, 0, …, to train on and to test.
make_set() {
  mkdir -p "$1"
  local prefix count hex labels i
  for prefix in train t10k; do
    count=$2
    hex=$(printf '%08x' "$count" | sed 's/../\\x&/g')
    labels=''
    for ((i = 0; i < count; i++)); do labels+="\\x0$((i % 3))"; done
    { printf '\x00\x00\x08\x03'"$hex"'\x00\x00\x00\x03\x00\x00\x00\x04'; head -c $((count * 12)) /dev/urandom; } \
      > "$1/$prefix-images-idx3-ubyte"
    printf '\x00\x00\x08\x01'"$hex$labels" > "$1/$prefix-labels-idx1-ubyte"
  done
}

# Good files to begin fuzzing from.
make_seeds() {
  local seeds=$work/seeds
  mkdir -p "$seeds"/{gzip,idx,safetensors,options}
  make_set "$work/seed-data" 5
  cp "$work"/seed-data/* "$seeds/idx/"
  for file in "$work"/seed-data/*; do
    gzip -9 -k -c "$file" > "$seeds/idx/$(basename "$file").gz"
    gzip -9 -k -c "$file" | tail -c +3 > "$seeds/gzip/$(basename "$file")"
  done
  "$train" --model_fn "$seeds/safetensors/model" --data_dir "$work/seed-data" --n_layers 2 --seed 1 \
    --n_epochs 1 --verbose 0 > /dev/null
  printf '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}' > "$work/header"
  { printf '\x36\0\0\0\0\0\0\0'; cat "$work/header"; printf '\0\0\0\0\0\0\0\0'; } > "$seeds/safetensors/small"
  printf -- '--model_fn\0m\0--n_epochs=3\0--batch_size\0008\0--use_dropout\0--resume' > "$seeds/options/train"
}
