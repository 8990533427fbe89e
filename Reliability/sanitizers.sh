#!/usr/bin/env bash
# The tests and the service under AddressSanitizer and ThreadSanitizer, after both have caught what is planted for them.
source "$(dirname "$0")/common.sh"
# Foundation leaks, in Process and in reading files; and memory pools keep what they have.
export ASAN_OPTIONS=detect_leaks=0:quarantine_size_mb=8
cat > "$work/race.swift" <<'SWIFT'
import Glibc
nonisolated(unsafe) var shared = 0
@main struct Race {
  static func main() {
    var threads = [pthread_t](repeating: pthread_t(), count: 2)
    for index in 0..<2 {
      pthread_create(&threads[index], nil, { _ in for _ in 0..<1_000 { shared += 1 }; return nil }, nil)
    }
    for thread in threads { pthread_join(thread, nil) }
    print(shared)
  }
}
SWIFT
cat > "$work/overflow.swift" <<'SWIFT'
@main struct Overflow {
  static func main() {
    let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: 16)
    memory[CommandLine.arguments.count + 15] = 1
    print(memory[0])
  }
}
SWIFT
# swiftcall is an attribute of clang, which comes with Swift.
clang -shared -fPIC -O1 Reliability/mutex.c -o "$work/mutex.so" -ldl
# What a run under a sanitizer preloads.
preloaded() { [ "$1" = thread ] && echo "$work/mutex.so" || true; }
# Unoptimised: the compiler may take an access that cannot be for one that never is.
for planted in "race thread" "overflow address"; do
  set -- $planted
  swiftc -Onone -parse-as-library -sanitize="$2" "$work/$1.swift" -o "$work/$1" 2> "$work/log" || { cat "$work/log"; exit 1; }
  if LD_PRELOAD=$(preloaded "$2") "$work/$1" > "$work/log" 2>&1; then fail "a planted $1 was not caught"; fi
  grep -q "Sanitizer" "$work/log" || { cat "$work/log"; fail "a planted $1 was not named"; }
  echo "sanitizers: the planted $1 was caught"
done
# A sanitizer maps more memory than those tests leave their process.
without=(--skip aModelThatMemoryCannotHoldIsRefusedBeforeItIsBuilt --skip aFileLargerThanMemoryIsASentence
  --skip memoryIsPromisedOnlyWhereItIsThere)
for sanitizer in ${SANITIZERS:-address thread}; do
  swift build --build-tests --sanitize="$sanitizer" --scratch-path ".build-$sanitizer" > "$work/log" 2>&1 \
    || { tail -50 "$work/log"; fail "a build with the $sanitizer sanitizer"; }
  LD_PRELOAD=$(preloaded "$sanitizer") swift test --skip-build --sanitize="$sanitizer" \
    --scratch-path ".build-$sanitizer" "${without[@]}" > "$work/log" 2>&1 \
    || { tail -50 "$work/log"; fail "tests under the $sanitizer sanitizer"; }
  if grep -q "Sanitizer" "$work/log"; then cat "$work/log"; fail "the $sanitizer sanitizer reported"; fi
  echo "sanitizers: $sanitizer: $(grep 'Test run with' "$work/log")"
  # What the service has to report must not go where nobody looks.
  ASAN_OPTIONS=$ASAN_OPTIONS:log_path=$work/report TSAN_OPTIONS=log_path=$work/report \
    LD_PRELOAD=$(preloaded "$sanitizer") BUILD=".build-$sanitizer/debug" \
    .ci/try-service --quick --bodies 5000 > "$work/log" 2>&1 \
    || { tail -50 "$work/log"; fail "the service under the $sanitizer sanitizer"; }
  if cat "$work"/report* 2> /dev/null; then fail "the $sanitizer sanitizer reported of the service"; fi
  echo "sanitizers: $sanitizer: $(tail -1 "$work/log")"
done
