#!/usr/bin/env bash
# A GPU that fails: gpu.sh [COUNT] [FIRST]. A small run on the first device of OpenCL, a processor's too, in which call
# after call fails, once and for ever: COUNT of those of a run that finds its kernels in the cache (all), and FIRST of those
# of a first start, which compiles them and tries which are fast (50), evenly.
#
# After each: the process ended with 0 and the bytes of a run without a fault, or with 1 and one sentence on
# standard error (2 where OpenCL then knows no GPU); what stood in the file before is there, as itself or as .bak, or a whole run from which --resume
# ends with the unbroken run's bytes; nothing else is left.
source "$(dirname "$0")/common.sh"
export MNIST_OPENCL=all XDG_CACHE_HOME=$work/cache
"$train" --devices | grep -q '^ *0 ' || { skip "no device of OpenCL; Debian's pocl-opencl-icd brings one"; exit 0; }
real=$(ldconfig -p | sed -nE 's/.*libOpenCL\.so\.1 .*=> //p' | head -1)
[ -n "$real" ] && command -v gcc > /dev/null || { skip "no gcc, or no libOpenCL.so.1"; exit 0; }
mkdir "$work/stub" "$work/runs"
gcc -shared -fPIC -O1 -o "$work/stub/libOpenCL.so.1" Reliability/opencl.c -ldl
export OPENCL_REAL=$real
make_set "$work/data" 20
run=("$train" "${options[@]}" --gpu_id 0 --seed 1 --n_epochs 2)
cd "$work/runs"
"${run[@]}" --model_fn ../whole > /dev/null 2>&1
"$train" "${options[@]}" --gpu_id -1 --seed 2 --n_epochs 1 --model_fn ../old > /dev/null 2>&1

stubbed() { LD_LIBRARY_PATH=$work/stub timeout -k 5 120 "$@"; }
# counted FILE FAULT: how many calls a run makes, which must end as that without the stub.
counted() {
  OPENCL_COUNT=$1 stubbed "${run[@]}" --model_fn whole > /dev/null 2>&1 || fail "$2 fails"
  cmp -s whole ../whole || fail "$2 has other bytes"
  rm -f whole .whole*
  [ "$(cat "$1")" -gt 100 ] || fail "only $(cat "$1") calls of OpenCL in $2"
}
rm -rf "$work/cache"
counted "$work/first-calls" "a first start"
counted "$work/calls" "a run with kernels from the cache"

# As under nohup, also where the driver brings LLVM, which takes the signal for itself.
( trap '' HUP; exec "${run[@]}" --model_fn whole > /dev/null 2>&1 ) & child=$!
until [ -s .whole.lock ] || ! kill -0 $child 2> /dev/null; do sleep 0.01; done
kill -HUP $child
wait $child || fail "a hangup that was to be ignored ended the run"
cmp -s whole ../whole || fail "a hangup that was ignored changed the run"
rm -f whole .whole*

# faults COUNT CALLS [FIRST]: with FIRST each is a first start.
faults() {
  local count=$1 calls=$2 first=${3:-} refused=0 done_=0 forever i at what status
  [ "$count" -le "$calls" ] || count=$calls
  for forever in '' 1; do
    for ((i = 0; i < count; i++)); do
      at=$((1 + i * (calls - 1) / (count > 1 ? count - 1 : 1)))
      what="call $at of $calls${first:+ of a first start} fails${forever:+ for ever}"
      cp ../old model
      [ -z "$first" ] || rm -rf "$work/cache"
      status=0
      env ${forever:+OPENCL_FOREVER=1} OPENCL_FAIL_AT=$at LD_LIBRARY_PATH="$work/stub" \
        timeout -k 5 120 "${run[@]}" --model_fn model > ../out 2> ../err || status=$?
      case $status in
        0)
          done_=$((done_ + 1))
          cmp -s model ../whole || fail "$what: it ended well with other bytes"
          ;;
        1 | 2)
          refused=$((refused + 1))
          [ "$(grep -c '^mnist-train: error: ' ../err)" = 1 ] || { cat ../err; fail "$what: not one sentence"; }
          # Where OpenCL answers nothing, --gpu_id asks for a GPU that is not there.
          [ $status = 1 ] || grep -q 'argument --gpu_id: must be -1, for OpenCL knows no GPU' ../err \
            || { cat ../err; fail "$what: exit code 2"; }
          if ! cmp -s model ../old; then
            cmp -s model.bak ../old || fail "$what: the model from before is lost"
            "$train" --model_fn model --data_dir "$work/data" --n_threads 1 --gpu_id 0 --resume > /dev/null 2>&1 \
              || fail "$what: what was saved does not go on"
            cmp -s model ../whole || fail "$what: what was saved ends with other bytes"
          fi
          ;;
        *) cat ../err; fail "$what: exit code $status" ;;
      esac
      rm -f model model.bak .model.lock .model.log
      [ -z "$(ls -A)" ] || { ls -A; fail "$what: something is left"; }
    done
  done
  echo "gpu: $count of $calls calls${first:+ of a first start}: $((2 * count)) faults, $refused refused with a sentence, $done_ made no difference"
}
calls=$(cat "$work/calls")
faults "${1:-$calls}" "$calls"
faults "${2:-50}" "$(cat "$work/first-calls")" first
