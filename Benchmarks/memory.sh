#!/usr/bin/env bash
# What mnist-train expects to need of memory, beside the most that it uses, for runs of several shapes:
#
#     swift build -c release && Benchmarks/memory.sh [--large]
#
# --large adds a network that takes 17 GB. Exit status 1 where the expectation is not between 0.8 and 1.3 times what
# was used, give or take 8 MiB. Needs GNU time.
set -euo pipefail
cd "$(dirname "$0")/.."
train=$PWD/.build/release/mnist-train
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
command -v /usr/bin/time > /dev/null || { echo "memory: needs /usr/bin/time" >&2; exit 1; }

# big_endian NUMBER: four bytes.
big_endian() { printf "$(printf '%08x' "$1" | sed 's/../\\x&/g')"; }

# make_set COUNT HEIGHT WIDTH [zeros]: images of noise, or empty ones, with ten classes.
make_set() {
  local file=$work/data/train
  mkdir -p "$work/data"
  printf '\0\1\2\3\4\5\6\7\10\11' > "$work/labels"
  while [ "$(wc -c < "$work/labels")" -lt "$1" ]; do
    cat "$work/labels" "$work/labels" > "$work/more"
    mv "$work/more" "$work/labels"
  done
  { printf '\0\0\10\1'; big_endian "$1"; head -c "$1" "$work/labels"; } > "$file-labels-idx1-ubyte"
  {
    printf '\0\0\10\3'; big_endian "$1"; big_endian "$2"; big_endian "$3"
    if [ -n "${4:-}" ]; then
      head -c "$(($1 * $2 * $3))" /dev/zero
    else
      head -c "$(($1 * $2 * $3))" /dev/urandom
    fi
  } > "$file-images-idx3-ubyte"
}

# expected ARGUMENT…: in MiB, from the refusal of a run that is left too little.
expected() {
  local kibibytes sentence
  for ((kibibytes = 40000; kibibytes < 40000000; kibibytes += kibibytes / 8)); do
    sentence=$( (ulimit -v "$kibibytes"; exec "$train" --model_fn "$work/m" "$@") 2>&1 > /dev/null \
      | grep -oE 'expected about [0-9]+' || true)
    [ -z "$sentence" ] || { echo "${sentence##* }"; return; }
  done
  echo 0
}

status=0
printf '%-44s %9s %9s %6s\n' run expected used ratio
# compare NAME ARGUMENT…
compare() {
  local name=$1 used need
  shift
  set -- --data_dir "$work/data" --seed 1 --verbose 0 --n_epochs 3 "$@"
  rm -f "$work"/m "$work"/.m*
  need=$(expected "$@")
  /usr/bin/time -f %M -o "$work/used" "$train" --model_fn "$work/m" "$@" > /dev/null 2> "$work/err" \
    || { cat "$work/err" >&2; exit 1; }
  used=$(($(tail -1 "$work/used") / 1024))
  printf '%-44s %5d MiB %5d MiB %6s\n' "$name" "$need" "$used" "$(awk "BEGIN { printf \"%.2f\", $need / $used }")"
  awk "BEGIN { exit !($need + 8 >= 0.8 * $used && $need - 8 <= 1.3 * $used) }" || status=1
}

make_set 60 6 6
compare "60 images of 6×6, 3 layers" --n_layers 3
make_set 60000 28 28
compare "60,000 of 28×28, as by default"
make_set 60000 28 28 zeros
compare "60,000 of 28×28, empty" --batch_size 12000
compare "60,000 of 28×28, empty, all in a batch" --batch_size 48000 --n_layers 2
make_set 60000 8 8
compare "60,000 of 8×8, batches of 256" --n_layers 6
compare "60,000 of 8×8, batches of 30,000" --batch_size 30000 --n_layers 6
compare "60,000 of 8×8, all in a batch" --batch_size 48000 --n_layers 6
compare "60,000 of 8×8, all in a batch, dropout" --batch_size 48000 --n_layers 6 --use_dropout
compare "60,000 of 8×8, all in a batch, 2 layers" --batch_size 48000 --n_layers 2
make_set 400 64 64
compare "400 of 64×64, 5 layers" --batch_size 64
compare "400 of 64×64, 2 layers" --batch_size 64 --n_layers 2
make_set 20 96 96
compare "20 of 96×96, 5 layers" --batch_size 8
if [ "${1:-}" = --large ]; then
  make_set 20 128 128
  compare "20 of 128×128, 5 layers" --batch_size 8 --n_epochs 2
fi
[ "$status" = 0 ] || echo "memory: an expectation is not between 0.8 and 1.3 times what was used" >&2
exit "$status"
