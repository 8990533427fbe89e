#!/usr/bin/env bash
# Stops, streams and machines: signals twice and in huge batches, readers that go or pause, no /proc, no AVX.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$work"
make_set small 120
usual=(--data_dir small --n_layers 3 --batch_size 8 --n_threads 1 --seed 1 --verbose 2)

# big_set FOLDER COUNT: noise of 28 × 28 pixels, to train on.
big_set() {
  mkdir -p "$1"
  local count
  count=$(printf '%08x' "$2" | sed 's/../\\x&/g')
  { printf '\x00\x00\x08\x03'"$count"'\x00\x00\x00\x1c\x00\x00\x00\x1c'; head -c $(($2 * 784)) /dev/urandom; } \
    > "$1/train-images-idx3-ubyte"
  { printf '\x00\x00\x08\x01'"$count"; head -c "$2" /dev/zero | tr '\0' '\3'; } > "$1/train-labels-idx1-ubyte"
}

# begin COMMAND…: in the background; its number is left in `process`.
begin() {
  # Nothing of the one before may be taken for its.
  rm -f "$work/out" "$work/err"
  "$@" > "$work/out" 2> "$work/err" < /dev/null &
  process=$!
}

# finish: waits for it; its exit status is left in `status`, the seconds that took in `seconds`.
finish() {
  local start=${EPOCHREALTIME/./}
  status=0
  # What does not end is killed after a minute, and its trial fails.
  sleep 60 &
  local watch=$!
  wait -n "$process" "$watch" 2> /dev/null || status=$?
  # Killed as it begins, a child of the shell would clean up in its stead.
  sleep 0.1
  kill "$watch" 2> /dev/null || { kill -KILL "$process"; status=137; }
  seconds=$(((${EPOCHREALTIME/./} - start) / 1000000))
}

# until_line PATTERN: waits for a line on standard output, ten seconds at most.
until_line() {
  local try
  for ((try = 0; try < 1000; try++)); do
    ! grep -qE -- "$1" "$work/out" 2> /dev/null || return 0
    sleep 0.01
  done
}

has_python=0
! command -v python3 > /dev/null || has_python=1

# --- Stops

"$train" --model_fn whole "${usual[@]}" --n_epochs 300 > whole.txt
cp whole small.m
lost=0 stops=0
for gap in 0 0.0005 0.001 0.01 0.1 0.5; do
  for try in 1 2; do
    rm -f m
    begin "$train" --model_fn m "${usual[@]}" --n_epochs 300
    until_line '^Epoch\(2/'
    kill -TERM "$process"; sleep $gap; kill -INT "$process" 2> /dev/null || true
    finish
    [ "$status" = 0 ] || stops=$((stops + 1))
    [ "$status" = 0 ] || { [ "$status" = 143 ] && grep -q 'the run is saved' err; } || lost=$((lost + 1))
    cp out lines.txt
    if [ "$status" != 0 ]; then "$train" --model_fn m --data_dir small --n_threads 1 --verbose 2 --resume >> lines.txt; fi
    cmp -s m whole && cmp -s lines.txt whole.txt || lost=$((lost + 1))
  done
done
check "two signals within half a second are one stop, 12 times ($stops stopped in time)" \
  [ "$lost" = 0 -a "$stops" -gt 0 ]

for which in USR1 USR2 XCPU; do
  rm -f m
  begin "$train" --model_fn m "${usual[@]}" --n_epochs 100000
  until_line '^Epoch\(2/'
  kill -$which "$process"
  finish
  expected=$((128 + $(kill -l $which)))
  check "SIG$which stops and saves, with exit status $expected" \
    eval '[ "$status" = $expected ] && grep -q "stopped by SIG$which, the run is saved" err && "$predict" --model_fn m --data_dir small > /dev/null 2>&1'
done

rm -f m
begin bash -c 'ulimit -t 8; exec "$@"' sh "$train" --model_fn m "${usual[@]}" --n_epochs 100000000 --verbose 0
finish
check "ulimit -t: the run is saved before its time is over" \
  eval '[ "$status" = 152 ] && grep -q "stopped by SIGXCPU, the run is saved" err'

big_set big 7500
huge=(--data_dir big --n_layers 12 --batch_size 60000 --n_epochs 2 --seed 1 --verbose 2)
for mode in "" --use_dropout; do
  "$train" --model_fn whole "${huge[@]}" $mode > whole.txt &
  process=$!
  start=$SECONDS
  finish
  took=$((SECONDS - start))
  rm -f m lines.txt
  command=("$train" --model_fn m "${huge[@]}" $mode)
  slow=0
  # Soon, in the middle of the first batch, and in the second epoch.
  for wait in 1.5 $((took / 4 + 1)) $((took / 2 + 1)); do
    begin "${command[@]}"
    sleep "$wait"
    kill -TERM "$process" 2> /dev/null || true
    finish
    [ "$seconds" -le 2 ] || slow=1
    cat out >> lines.txt
    if [ -e m ]; then command=("$train" --model_fn m --data_dir big --verbose 2 --resume); else rm lines.txt; fi
    [ "$status" = 143 ] || break
  done
  if [ "$status" != 0 ]; then "${command[@]}" >> lines.txt 2> /dev/null; fi
  check "a batch of 6,000 × 12 layers ${mode:+with $mode }stops within two seconds" [ "$slow" = 0 ]
  check "and what goes on after three stops ends with the unbroken run's bytes and lines" \
    eval 'cmp m whole && cmp lines.txt whole.txt'
done

if [ $has_python = 1 ]; then
  rm -f m
  begin python3 -c 'import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))
os.execv(sys.argv[1], sys.argv[1:])' "$train" --model_fn m "${usual[@]}" --n_epochs 100000
  until_line '^Epoch\(2/'
  kill -TERM "$process"
  finish
  check "a run that was started with all signals blocked is stopped too" \
    eval '[ "$status" = 143 ] && [ "$seconds" -le 2 ] && grep -q "the run is saved" err'
fi

rm -f m
begin "$train" --model_fn m "${usual[@]}" --n_epochs 100000
until_line '^Epoch\(2/'
kill -QUIT "$process"
finish
check "Ctrl-\\ ends a run at once and says what is saved" \
  eval '[ "$status" = 131 ] && [ "$seconds" -le 1 ] && grep -qE "ended at once; m holds the run (after|in) epoch" err'

# What a terminal does with Ctrl-\, and with a crash; the runtime must not ask anybody for anything.
if [ $has_python = 1 ]; then
  cat > terminal.py << 'PYTHON'
import os, pty, sys, time
# terminal.py SIGNAL-OR-KEY COMMAND…: types Ctrl-\ or sends the signal after the first output; prints seconds and status.
what, command = sys.argv[1], sys.argv[2:]
os.environ.pop("SWIFT_BACKTRACE", None)
process, terminal = pty.fork()
if process == 0:
    os.execv(command[0], command)
text = b""
while b"Epoch" not in text and b"?" not in text:
    text += os.read(terminal, 4096)
start = time.time()
if what == "key":
    os.write(terminal, b"\x1c")
else:
    os.kill(process, int(what))
try:
    while os.read(terminal, 4096):
        pass
except OSError:
    pass
_, status = os.waitpid(process, 0)
print("quick" if time.time() - start < 2 else "slow", os.waitstatus_to_exitcode(status))
PYTHON
  trial "Ctrl-\\ on a terminal" 0 '^quick 131$' \
    python3 terminal.py key "$train" --model_fn m "${usual[@]}" --n_epochs 100000
  trial "a crash on a terminal" 0 '^quick -11$' \
    python3 terminal.py 11 "$train" --model_fn m "${usual[@]}" --n_epochs 100000
else
  skip "a terminal: no python3"
fi

# Calls that take their time: a save of three seconds; an output that nobody can interrupt.
if command -v cc > /dev/null; then
  cat > slow.c << 'C'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
static void wait_seconds(int seconds) {
  struct timespec left = {seconds, 0};
  while (nanosleep(&left, &left) != 0) {}
}
int fsync(int descriptor) {
  if (getenv("SLOW_SAVE")) wait_seconds(3);
  return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(descriptor);
}
ssize_t write(int descriptor, const void *bytes, size_t count) {
  static int lines;
  if (descriptor == 1 && getenv("SLOW_OUTPUT") && ++lines > 300) wait_seconds(5);
  return ((ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write"))(descriptor, bytes, count);
}
C
  cc -shared -fPIC -o slow.so slow.c -ldl
  rm -f m
  begin env LD_PRELOAD=$PWD/slow.so SLOW_SAVE=1 "$train" --model_fn m "${usual[@]}" --n_epochs 100000
  until_line '^Epoch\(1/'
  kill -TERM "$process"; sleep 1.2; kill -TERM "$process"
  finish
  check "a save under way is finished, whatever comes" \
    eval '[ "$status" = 143 ] && grep -q "the run is being saved, and ends then" err && grep -q "the run is saved; go on with" err'

  rm -f m
  begin env LD_PRELOAD=$PWD/slow.so SLOW_OUTPUT=1 "$train" --model_fn m "${usual[@]}" --n_epochs 100000
  sleep 1
  kill -TERM "$process"; sleep 1.2; kill -INT "$process"
  finish
  check "after a second another signal ends the run at once and says what is saved" \
    eval '[ "$status" = 130 ] && [ "$seconds" -le 1 ] && grep -qE "ended at once; m holds the run (after|in) epoch" err'
else
  skip "slow calls: no C compiler"
fi

# --- Streams

check "mnist-predict --json | head -1 ends quietly" \
  eval '"$predict" --model_fn small.m --data_dir small --json 2> err | head -1 > out; [ "${PIPESTATUS[*]}" = "0 0" ] && ! grep -q error err'
rm -f m
"$train" --model_fn m "${usual[@]}" --overwrite --n_epochs 300 2> err | head -1 > out
statuses=${PIPESTATUS[*]}
"$train" --model_fn other "${usual[@]}" --n_epochs 300 > /dev/null
check "a training whose reader goes away goes on quietly to its end" \
  eval '[ "$statuses" = "0 0" ] && ! grep -qE "error|WARNING" err && cmp m other'

if [ $has_python = 1 ]; then
  cat > slowly.py << 'PYTHON'
import os, subprocess, sys, time
# slowly.py COMMAND…: both streams are one pipe that does not block, read slowly at first.
read, write = os.pipe()
os.set_blocking(write, False)
process = subprocess.Popen(sys.argv[1:], stdout=write, stderr=write)
os.close(write)
time.sleep(1)
while block := os.read(read, 4096):
    os.write(1, block)
sys.exit(process.wait())
PYTHON
  "$train" --model_fn m "${usual[@]}" --overwrite --n_epochs 300 > whole.txt
  python3 slowly.py "$train" --model_fn m "${usual[@]}" --overwrite --n_epochs 300 > out
  check "all lines arrive on a standard output that does not block" cmp out whole.txt
  printf 'P2 4 3 255 0 1 2 3 4 5 6 7 8 9 10 11\n' > picture.pgm
  "$train" --model_fn m "${usual[@]}" --n_epochs 1 > /dev/null
  cat > late.py << 'PYTHON'
import os, subprocess, sys, time
# late.py FILE COMMAND…: standard input does not block, and the file comes late.
read, write = os.pipe()
os.set_blocking(read, False)
process = subprocess.Popen(sys.argv[2:], stdin=read)
time.sleep(0.5)
os.write(write, open(sys.argv[1], "rb").read())
os.close(write)
sys.exit(process.wait())
PYTHON
  trial "a picture on a standard input that does not block" 0 '^-: [012] \(' \
    python3 late.py picture.pgm "$predict" --model_fn m -
else
  skip "streams that do not block: no python3"
fi

rm -f m pipe
mkfifo pipe
sleep 20 < pipe &
reader=$!
"$train" --model_fn m "${usual[@]}" --n_epochs 100000 > pipe 2> err &
process=$!
sleep 1
kill -TERM "$process"
finish
kill "$reader"
check "a run whose output nobody reads obeys a stop" \
  eval '[ "$status" = 143 ] && [ "$seconds" -le 2 ] && grep -q "the run is saved" err'

# --- Machines

"$train" --model_fn m "${usual[@]}" --n_epochs 2 > whole.txt
"$predict" --model_fn m --data_dir small > answer.txt 2> /dev/null
if unshare -m mount -t tmpfs none /proc 2> /dev/null; then
  hidden() { unshare -m sh -c 'mount -t tmpfs none /proc && exec "$@"' sh "$@"; }
  check "mnist-train without /proc" eval 'hidden "$train" --model_fn n "${usual[@]}" --n_epochs 2 > out && cmp out whole.txt && cmp m n'
  check "mnist-predict without /proc" eval 'hidden "$predict" --model_fn m --data_dir small > out 2> err && cmp out answer.txt'
  trial "a wrong word without /proc" 2 '--bogus' unshare -m sh -c 'mount -t tmpfs none /proc && exec "$@"' sh "$train" --model_fn m --bogus
else
  skip "/proc cannot be hidden here (root can)"
fi

if ! command -v qemu-x86_64 > /dev/null; then
  skip "an older processor: no qemu-x86_64 (Debian's qemu-user)"
elif ! grep -qsw avx2 /proc/cpuinfo; then
  skip "an older processor: this build is for any"
else
  for tool in "$train" "$predict"; do
    for words in --version --help "--model_fn m" ""; do
      trial "$(basename "$tool") $words on a processor of 2008" 1 \
        ': error: this program was built for another processor \(expected one with avx' \
        qemu-x86_64 -cpu Nehalem "$tool" $words
    done
  done
fi

echo "process: $cases cases, $failures failed"
