#!/usr/bin/env bash
# Requests a second and latency of mnist-predict --serve beside the same model in FastAPI and PyTorch, in turn:
#
#     swift build -c release && Benchmarks/serve.sh [SECONDS] [PYTHON]
#     swift build -c release && Benchmarks/serve.sh --memory [REQUESTS] [PYTHON]
#
# Each of ROUNDS (3) rounds starts one service after the other and lets wrk send a JSON image or a PNG a request for
# SECONDS (10) over 1, 16 and 64 connections. --memory sends REQUESTS (1,000,000) to ours alone and tells its memory
# before, warm and at the end. PYTHON (python3) needs the packages that fastapi_service.py names; --memory numpy alone.
#
# FastAPI runs on uvloop and on asyncio (LOOPS), and each number is the better of the two: under full load uvloop lets
# some connections wait for long. MODEL names a .pth of 28 × 28 pixels in place of one that is trained here. WORKERS (1)
# is the number of theirs, PYTORCH_THREADS (1) of threads in each, THREADS (all) of threads in ours. MNIST_DATA
# (../shared/data) is a folder with MNIST, else Debian's Fashion-MNIST or the built-in digits are sent. Needs wrk, which
# shares the machine with the services; leave it alone meanwhile.
set -euo pipefail
cd "$(dirname "$0")/.."
mode=compare
[ "${1:-}" != --memory ] || { mode=memory; shift; }
amount=${1:-$([ "$mode" = memory ] && echo 1000000 || echo 10)}
python=${2:-python3}
build=${BUILD:-.build/release}
rounds=${ROUNDS:-3}
workers=${WORKERS:-1}
pytorch_threads=${PYTORCH_THREADS:-1}
loops=(${LOOPS:-uvloop asyncio})
export PYTHONDONTWRITEBYTECODE=1

skip() { echo "serve: SKIPPED: $*"; exit 0; }
fail() { echo "serve: FAILED: $*" >&2; exit 1; }
[[ "$amount" =~ ^[1-9][0-9]*$ ]] || fail "a number was expected, found $amount"
command -v wrk > /dev/null || skip "there is no wrk"
[ -x "$build/mnist-predict" ] || fail "there is no $build/mnist-predict"
packages=(numpy)
[ "$mode" = memory ] || packages+=(torch safetensors fastapi uvicorn uvloop httptools PIL)
for package in "${packages[@]}"; do
  "$python" -c "import importlib.util, sys; sys.exit(not importlib.util.find_spec('$package'))" \
    || skip "$python has no $package"
done

work=$(mktemp -d)
service=
# stop_service: ends the service that runs, and waits until it is gone.
stop_service() {
  [ -n "$service" ] || return 0
  kill "$service" 2> /dev/null || true
  wait "$service" 2> /dev/null || true
  service=
}
trap 'stop_service; rm -rf "$work"' EXIT

data=${MNIST_DATA:-../shared/data}
[ -d "$data/MNIST/raw" ] || data=/usr/share/datasets/fashion-mnist
if [ ! -d "$data" ]; then
  data=$work/digits
  Benchmarks/.build/release/write-digits "$data" > /dev/null || fail "no images: build the package in Benchmarks"
fi
model=${MODEL:-$work/model.pth}
[ -n "${MODEL:-}" ] || "$build/mnist-train" --model_fn "$model" --data_dir "$data" --seed 0 --n_epochs 1 --verbose 0
"$python" Benchmarks/serve_requests.py make "$data" "$work"

# wrk sends the bodies of a folder in turn, and at the end prints requests a second, milliseconds and errors.
cat > "$work/requests.lua" <<'END'
local requests, next_request = {}, 0
function init(arguments)
  local folder, path, kind = arguments[1], arguments[2], arguments[3]
  for number = 0, 99 do
    local file = assert(io.open(folder .. "/" .. number, "rb"))
    requests[number] = wrk.format("POST", path, { ["Content-Type"] = kind }, file:read("*a"))
    file:close()
  end
end
function request()
  next_request = (next_request + 1) % 100
  return requests[next_request]
end
function done(summary, latency)
  local errors = summary.errors
  local failed = errors.status + errors.connect + errors.read + errors.write + errors.timeout
  local rate = summary.requests / summary.duration * 1e6
  io.write(string.format("RESULT %.1f %.4f %.4f %d %d\n", rate, latency:percentile(50) / 1e3,
    latency:percentile(99) / 1e3, failed, summary.requests))
end
END

# load FORM CONNECTIONS SECONDS: what done above prints.
load() {
  local path=/v1/predict kind=application/json
  [ "$1" = json ] || { path+='?raw=1'; kind=image/png; }
  wrk --latency --timeout 10s -t 1 -c "$2" -d "$3s" -s "$work/requests.lua" "http://127.0.0.1:$port" -- \
    "$work/$1" "$path" "$kind" > "$work/wrk" || { cat "$work/wrk" >&2; fail "wrk ended with an error"; }
  sed -n 's/^RESULT //p' "$work/wrk" | grep . || { cat "$work/wrk" >&2; fail "wrk gave no result"; }
}

# wait_for COMMAND…: until it succeeds, a minute at most.
wait_for() {
  local try
  for ((try = 0; try < 600; try++)); do
    ! "$@" > /dev/null 2>&1 || return 0
    kill -0 "$service" 2> /dev/null || break
    sleep 0.1
  done
  cat "$work/log" >&2
  fail "the service did not begin"
}
has_port() { grep -q 'serving http://127\.0\.0\.1:' "$work/log"; }
is_ready() { "$python" -c "import urllib.request; urllib.request.urlopen('http://127.0.0.1:$port/healthz')"; }

# start ours|uvloop|asyncio: leaves the process in $service and where it listens in $port.
start() {
  # Not by the process, which may be later than the first look at it.
  : > "$work/log"
  if [ "$1" = ours ]; then
    "$build/mnist-predict" --model_fn "$model" --serve 127.0.0.1:0 ${THREADS:+--n_threads "$THREADS"} \
      > /dev/null 2>> "$work/log" &
    service=$!
    wait_for has_port
    port=$(sed -nE 's|.*serving http://127\.0\.0\.1:([0-9]+)/.*|\1|p' "$work/log" | head -1)
  else
    port=$("$python" -c "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])")
    "$python" Benchmarks/fastapi_service.py --model_fn "$model" --port "$port" \
      --loop "$1" --n_workers "$workers" --n_threads "$pytorch_threads" \
      > /dev/null 2>> "$work/log" &
    service=$!
  fi
  wait_for is_ready
}

processor=$(sed -n 's/^model name.*: //p' /proc/cpuinfo 2> /dev/null | head -1)
echo "${processor:-$(uname -m)}, $(getconf _NPROCESSORS_ONLN) processors, $(uname -sr)"
"$build/mnist-predict" --version
wrk -v 2>&1 | sed -n '1s/ Copyright.*//p' || true

if [ "$mode" = memory ]; then
  [ -r /proc/self/status ] || skip "there is no /proc"
  tell() {
    echo "$1: $(awk '/^VmRSS/ { print $2 }' "/proc/$service/status") KiB, $(ls "/proc/$service/fd" | wc -l) open files"
  }
  sent=0 failed=0
  # send FORM CONNECTIONS SECONDS
  send() {
    local numbers
    numbers=$(load "$@")
    read -r _ _ _ errors count <<< "$numbers"
    sent=$((sent + count)) failed=$((failed + errors))
  }
  start ours
  tell "before the first request"
  send json 64 2; send png 64 2
  tell "warm, after $sent requests"
  turn=0
  while ((sent < amount)); do
    send json 64 5; send png 64 5
    turn=$((turn + 1))
    ((turn % 10)) || tell "after $sent requests"
  done
  tell "at the end, after $sent requests"
  [ "$failed" = 0 ] || fail "$failed of $sent requests failed"
  exit 0
fi

"$python" - <<'END'
import importlib.metadata, sys
names = ["torch", "fastapi", "pydantic", "uvicorn", "uvloop", "httptools", "pillow"]
print(f"Python {sys.version.split()[0]},", ", ".join(f"{name} {importlib.metadata.version(name)}" for name in names))
END
for ((round = 1; round <= rounds; round++)); do
  # Each is the first as often as the other, as near as may be.
  order=(ours "${loops[@]}")
  ((round % 2)) || order=("${loops[@]}" ours)
  for name in "${order[@]}"; do
    start "$name"
    "$python" Benchmarks/serve_requests.py ask "$port" "$work" "$work/$name.answers"
    for form in json png; do
      load "$form" 16 1 > /dev/null
      for connections in 1 16 64; do
        numbers=$(load "$form" "$connections" "$amount")
        echo "$name $form $connections ${numbers% *}" >> "$work/lines"
      done
    done
    stop_service
  done
  [ "$round" != 1 ] || "$python" Benchmarks/serve_requests.py compare "$work/ours.answers" \
    "$work/${loops[0]}.answers"
done
echo "medians over $rounds rounds of $amount s"
echo "FastAPI: workers $workers, PyTorch's threads in each $pytorch_threads, the better of: ${loops[*]}"
"$python" Benchmarks/serve_requests.py table "$work/lines"
