# Sourced by the scripts that need a running service: a folder $work, and start_service. Both end with the script.

build=$(cd "${BUILD:-.build/release}" && pwd)
work=$(mktemp -d)
service=
end_service() {
  [ -z "$service" ] || { kill "$service" && wait "$service"; } 2> /dev/null || true
  rm -rf "$work"
}
trap end_service EXIT

# start_service [EPOCHS]: serves a model of the built-in digits, trained here; leaves where it listens in $port.
start_service() {
  local try
  "$build/mnist-train" --model_fn "$work/model.ckpt" --dataset digits --seed 0 --n_epochs "${1:-1}" --verbose 0 > /dev/null
  "$build/mnist-predict" --model_fn "$work/model.ckpt" --serve 127.0.0.1:0 > /dev/null 2> "$work/log" &
  service=$!
  for ((try = 0; try < 600; try++)); do
    port=$(sed -nE 's|.*serving http://127\.0\.0\.1:([0-9]+)/.*|\1|p' "$work/log")
    [ -z "$port" ] || return 0
    kill -0 "$service" 2> /dev/null || break
    sleep 0.1
  done
  if grep -q 'libmicrohttpd is not on this system' "$work/log"; then
    echo "${0##*/}: SKIPPED: there is no libmicrohttpd, the service was NOT tried" >&2
    exit 0
  fi
  cat "$work/log" >&2
  echo "the service did not begin" >&2
  exit 1
}
