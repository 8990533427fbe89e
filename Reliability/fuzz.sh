#!/usr/bin/env bash
# Coverage-guided fuzzing with AddressSanitizer: fuzz.sh SECONDS-FOR-EACH-READER [READER…]
# Prints the executions of each reader; a finding is left in Reliability/findings and fails the run.
source "$(dirname "$0")/common.sh"
seconds=${1:-60}
shift || true
readers=("$@")
[ ${#readers[@]} -gt 0 ] \
  || readers=(gzip inflater idx csv npy npz png pixels netpbm safetensors checkpoint log options zip pickle
    pytorch)
fuzzer=$build/fuzzer
# The writer of pictures whose pixels are known is the tests' own.
vector=Tests/MNISTCoreTests/Support/PNGVector.swift
if [ ! -x "$fuzzer" ] \
  || [ -n "$(find Sources/MNISTCore Reliability/fuzz "$vector" -newer "$fuzzer" -name '*.swift')" ]; then
  mapfile -t sources < <(find Sources/MNISTCore Reliability/fuzz -name '*.swift')
  grep -v '@testable import' "$vector" > "$build/PNGVector.swift"
  swiftc -sanitize=fuzzer,address -O -parse-as-library -swift-version 6 -module-name Fuzzed -package-name mnist_train \
    -I Sources/CZlib -I Sources/CVariadic "${sources[@]}" "$build/PNGVector.swift" -lz -o "$fuzzer" \
    2> >(grep -v "Cannot export local symbol" >&2)
fi
make_seeds
mkdir -p Reliability/findings
total=0
for reader in "${readers[@]}"; do
  mkdir -p "$build/corpus/$reader"
  # Short inputs are quick; a checkpoint's header takes some room.
  case $reader in
    checkpoint) length=6144 ;;
    safetensors) length=2048 ;;
    zip | pickle | pytorch) length=4096 ;;
    *) length=768 ;;
  esac
  more=()
  [ "$reader" != options ] || more=(-dict="$work/words")
  log=$work/fuzz-$reader
  status=0
  FUZZ_READER=$reader FUZZ_MODEL=$work/model ASAN_OPTIONS=detect_leaks=0 \
    "$fuzzer" "$build/corpus/$reader" "$work/seeds/$reader" "${more[@]}" -max_total_time="$seconds" \
    -max_len="$length" -timeout=120 -rss_limit_mb=1024 -malloc_limit_mb=256 -print_final_stats=1 \
    -artifact_prefix="Reliability/findings/$reader-" > "$log" 2>&1 || status=$?
  count=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  [ "$status" = 0 ] || { tail -40 "$log"; fail "fuzzing $reader found something"; }
  total=$((total + count))
  printf 'fuzz: %-12s %12d executions, %5d inputs kept, no finding\n' "$reader" "$count" \
    "$(ls "$build/corpus/$reader" | wc -l)"
done
echo "fuzz: $total executions in all"
