#!/usr/bin/env bash
# The machine as it is: limits of containers on memory and processors, what the environment says of threads and
# certificates, and runs of many small epochs.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
groups=()
servers=()
clean_up() {
  [ "$BASHPID" = $$ ] || return 0
  for server in "${servers[@]}"; do { kill "$server" && wait "$server"; } 2> /dev/null || true; done
  for ((index = ${#groups[@]} - 1; index >= 0; index--)); do rmdir "${groups[index]}" 2> /dev/null || true; done
  rm -rf "$work"
  [ "$failures" = 0 ] || exit 1
}
trap clean_up EXIT

# new_group CONTROLLER: makes a control group in that of this process, and sets `group` to its folder.
new_group() {
  local version1 version2
  version1=$(awk -F: -v name="$1" '$2 ~ "(^|,)" name "(,|$)" { print $3 }' /proc/self/cgroup 2> /dev/null)
  version2=$(awk -F: '$1 == 0 { print $3 }' /proc/self/cgroup 2> /dev/null)
  for group in "/sys/fs/cgroup/$1$version1" "/sys/fs/cgroup$version2"; do
    group=$group/mnist-trial-$$
    mkdir "$group" 2> /dev/null || continue
    groups+=("$group")
    # In version 2 a group can limit only what the one around it passes on.
    for limit in memory.max memory.limit_in_bytes cpu.max cpu.cfs_quota_us; do
      case $limit in "$1".*) [ ! -e "$group/$limit" ] || return 0 ;; esac
    done
  done
  return 1
}

# set_limit NAME1 NAME2 VALUE: writes to the file that is there.
set_limit() { if [ -e "$group/$1" ]; then echo "$3" > "$group/$1"; else echo "$3" > "$group/$2"; fi; }

# "${inside[@]}" GROUP COMMAND…: runs it in the group.
inside=(sh -c 'echo $$ > "$0/cgroup.procs" && exec "$@"')

# Memory: 200 images of 40×40 and five layers have four million parameters.
make_images() { # FOLDER COUNT SIDE
  mkdir -p "$1"
  local part length
  for part in train t10k; do
    length=$(printf '%08x' "$2" | sed 's/../\\x&/g')
    side=$(printf '%08x' "$3" | sed 's/../\\x&/g')
    { printf "\\0\\0\\10\\3$length$side$side"; head -c "$(($2 * $3 * $3))" /dev/urandom; } > "$1/$part-images-idx3-ubyte"
    { printf "\\0\\0\\10\\1$length"; for ((i = 0; i < $2; i++)); do printf "\\x0$((i % 10))"; done; } \
      > "$1/$part-labels-idx1-ubyte"
  done
}
make_images "$work/large" 200 40
large=("$train" --model_fn "$work/large.ckpt" --data_dir "$work/large" --n_epochs 2 --seed 1 --verbose 0)
if new_group memory; then
  set_limit memory.limit_in_bytes memory.max 100000000
  trial "a group of 100 MB: refused before training" 1 \
    '^mnist-train: error: too little memory .*expected about [0-9]+ MiB, found 95 MiB; try a smaller' \
    "${inside[@]}" "$group" "${large[@]}"
  check "a group of 100 MB: no file" test ! -e "$work/large.ckpt"
  outer=$group
  if mkdir "$outer/inner" 2> /dev/null; then
    groups+=("$outer/inner")
    group=$outer/inner
    trial "the group around the own one counts" 1 'found 95 MiB' "${inside[@]}" "$group" "${large[@]}"
    group=$outer
  fi
  set_limit memory.limit_in_bytes memory.max 400000000
  trial "a group of 400 MB: trained" 0 '^Epoch\(2/2\)' "${inside[@]}" "$group" "${large[@]}"
  set_limit memory.limit_in_bytes memory.max 60000000
  trial "a model too large to be read there: a sentence" 1 'large.ckpt: cannot be read: ' \
    "${inside[@]}" "$group" "$predict" --model_fn "$work/large.ckpt" --data_dir "$work/large"
else
  skip "limits of memory: no control group can be made here"
fi

# Processors: the threads of a run that goes on for long.
make_set "$work/data" 600
endless=("$train" --model_fn "$work/m" --data_dir "$work/data" --n_layers 3 --verbose 0 --seed 1 --n_epochs 100000000)

# threads EXPECTED CASE COMMAND…: how many the process has, most of the time; a save has one more.
threads() {
  local expected=$1 name=$2 process count found
  shift 2
  rm -f "$work"/m "$work"/.m*
  "$@" > "$work/out" 2> "$work/err" &
  process=$!
  sleep 0.3
  found=$(for i in 1 2 3 4 5 6 7 8 9; do
    sed -n 's/^Threads:[^0-9]*//p' "/proc/$process/status" 2> /dev/null
    sleep 0.02
  done | sort -n | uniq -c | sort -n | tail -1 | awk '{ print $2 }')
  kill -KILL "$process" 2> /dev/null
  wait "$process" 2> /dev/null || true
  if [ "$found" = "$expected" ]; then passed "$name"; else failed "$name" "$found threads (expected $expected)"; fi
}
if [ ! -r /proc/self/status ]; then
  skip "threads: no /proc/self/status"
else
  threads 5 "OMP_NUM_THREADS" env OMP_NUM_THREADS=5 SLURM_CPUS_PER_TASK=2 "${endless[@]}"
  threads 4 "a list in OMP_NUM_THREADS" env OMP_NUM_THREADS=4,2 "${endless[@]}"
  threads 4 "SLURM_CPUS_PER_TASK" env -u OMP_NUM_THREADS SLURM_CPUS_PER_TASK=4 "${endless[@]}"
  threads 2 "--n_threads before both" env OMP_NUM_THREADS=3 SLURM_CPUS_PER_TASK=4 "${endless[@]}" --n_threads 2
  threads 4 "OMP_NUM_THREADS that is no number" env OMP_NUM_THREADS=all SLURM_CPUS_PER_TASK=4 "${endless[@]}"
  check "  and that is told" grep -q "^mnist-train: WARNING: OMP_NUM_THREADS .* found 'all')" "$work/err"
  plain=(env -u OMP_NUM_THREADS -u SLURM_CPUS_PER_TASK)
  if [ "$(nproc)" -lt 2 ]; then
    skip "limits of processors: only one here"
  else
    if command -v taskset > /dev/null; then
      threads 1 "bound to one processor" "${plain[@]}" taskset -c "$(taskset -cp $$ | sed 's/.*[^0-9]//')" "${endless[@]}"
    fi
    if new_group cpu; then
      for quota in 100000 150000; do
        if [ -e "$group/cpu.max" ]; then echo "$quota 100000" > "$group/cpu.max"
        else echo "$quota" > "$group/cpu.cfs_quota_us"; fi
        threads 1 "a group with $quota of 100000 µs" "${plain[@]}" \
          "${inside[@]}" "$group" "${endless[@]}"
      done
    else
      skip "limits of processors: no control group can be made here"
    fi
  fi
fi

# Many small epochs: the log costs the same in the last as in the first, and nothing is lost.
make_set "$work/tiny" 40
tiny=("$train" --data_dir "$work/tiny" --n_layers 3 --batch_size 8 --n_threads 1 --verbose 0 --seed 1)
trial "3,000 epochs with a log" 0 '^Epoch\(3000/3000\)' "${tiny[@]}" --model_fn "$work/t" --n_epochs 3000 --log_dir "$work/log"
first=$(awk -F, '$1 > 100 && $1 <= 1000 { sum += $6 } END { print sum }' "$work/log/metrics.csv")
last=$(awk -F, '$1 > 2100 { sum += $6 } END { print sum }' "$work/log/metrics.csv")
check "the last epochs take no longer than the first ($last s, $first s)" \
  awk "BEGIN { exit !($last < 2.5 * $first + 0.3) }"
check "all epochs are in the metrics" test "$(wc -l < "$work/log/metrics.csv")" = 3001
check "the curves show the end" grep -q 'After epoch 3000 ' "$work/log/curves.svg"
check "the curves stay small" test "$(wc -c < "$work/log/curves.svg")" -lt 100000
"${tiny[@]}" --model_fn "$work/s" --n_epochs 100000000 --log_dir "$work/stopped" > "$work/out" 2> "$work/err" &
process=$!
sleep 0.7
kill -TERM $process
status=0
wait $process || status=$?
check "a stop of many small epochs" test "$status" = 143
epochs=$(grep -c '^Epoch(' "$work/out")
saved=$(grep -aoE '"epoch":"[0-9]+"' "$work/s" | grep -oE '[0-9]+')
check "  saves the last of them ($saved of $epochs)" test "$saved" = "$epochs"
check "  and its curves show it" grep -q "After epoch $epochs " "$work/stopped/curves.svg"

# Certificates: a server with those of an authority of its own.
if ! command -v openssl > /dev/null || ! command -v python3 > /dev/null; then
  skip "certificates: needs openssl and python3"
else
  mkdir "$work/ca" "$work/web"
  {
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=trial authority" \
      -keyout "$work/ca/key" -out "$work/ca/ca.pem"
    openssl req -newkey rsa:2048 -nodes -subj "/CN=localhost" -keyout "$work/ca/server.key" -out "$work/ca/request"
    printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\n' > "$work/ca/names"
    openssl x509 -req -in "$work/ca/request" -CA "$work/ca/ca.pem" -CAkey "$work/ca/key" -CAcreateserial -days 2 \
      -extfile "$work/ca/names" -out "$work/ca/server.pem"
  } > /dev/null 2>&1
  mkdir "$work/ca/folder"
  cp "$work/ca/ca.pem" "$work/ca/folder/$(openssl x509 -hash -noout -in "$work/ca/ca.pem").0"
  cat > "$work/server.py" <<'PYTHON'
import functools, http.server, ssl, sys
folder, certificate, key, port = sys.argv[1:]
handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=folder)
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
server.socket = context.wrap_socket(server.socket, server_side=True)
open(port, "w").write(str(server.server_port))
server.serve_forever()
PYTHON
  python3 "$work/server.py" "$work/web" "$work/ca/server.pem" "$work/ca/server.key" "$work/port" > /dev/null 2>&1 &
  servers+=($!)
  for i in $(seq 100); do [ ! -s "$work/port" ] || break; sleep 0.05; done
  # download VARIABLE=VALUE…: nothing lies there, which those are told who trust the server.
  cat > "$work/download" <<SHELL
env -u CURL_CA_BUNDLE -u SSL_CERT_FILE -u SSL_CERT_DIR no_proxy=127.0.0.1 "\$@" "$train" --model_fn "$work/d" \\
  --dataset mnist --data_dir "$work/new" --mirror "https://127.0.0.1:$(cat "$work/port")/"
SHELL
  download=(bash "$work/download")
  there='expected HTTP status 200, found 404'
  trial "an authority that nobody knows" 1 'no trusted connection: ' "${download[@]}"
  trial "SSL_CERT_FILE" 1 "$there" "${download[@]}" SSL_CERT_FILE="$work/ca/ca.pem"
  trial "SSL_CERT_DIR" 1 "$there" "${download[@]}" SSL_CERT_DIR="$work/ca/folder"
  trial "SSL_CERT_DIR with two folders" 1 "$there" "${download[@]}" SSL_CERT_DIR="$work:$work/ca/folder"
  trial "CURL_CA_BUNDLE" 1 "$there" "${download[@]}" CURL_CA_BUNDLE="$work/ca/ca.pem" SSL_CERT_FILE=/no/file
  trial "empty variables" 1 'no trusted connection: ' "${download[@]}" CURL_CA_BUNDLE= SSL_CERT_FILE= SSL_CERT_DIR=
  trial "a file that is not there" 1 "SSL_CERT_FILE names /no/file, which cannot be read: No such file" \
    "${download[@]}" SSL_CERT_FILE=/no/file
  printf 'nothing of the kind\n' > "$work/ca/empty"
  trial "a file without certificates" 1 "CURL_CA_BUNDLE names .*/ca/empty, which holds no certificates" \
    "${download[@]}" CURL_CA_BUNDLE="$work/ca/empty"
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=another" -keyout "$work/ca/key" \
    -out "$work/ca/other.pem" 2> /dev/null
  trial "certificates of others" 1 "SSL_CERT_FILE names .*/other.pem, which is what such a server is trusted by" \
    "${download[@]}" SSL_CERT_FILE="$work/ca/other.pem"
fi
echo "machine: $cases cases, $failures failed"
