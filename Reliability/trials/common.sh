# Shared by the trials: cases that people met in real use, one line printed for each. A trial needs the
# release build: swift build -c release.
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
cases=0
failures=0
trap '[ "$BASHPID" != $$ ] || { rm -rf "$work"; [ "$failures" = 0 ] || exit 1; }' EXIT

# passed CASE, failed CASE WHY: what is printed of a case. Use `skip WHY` where the machine lacks something.
passed() { cases=$((cases + 1)); echo "passed: $1"; }
failed() {
  cases=$((cases + 1)) failures=$((failures + 1))
  echo "FAILED: $1: $2"
  sed 's/^/    /' "$work/out" "$work/err" 2> /dev/null | head -20
}

# attempt COMMAND…: leaves its lines in $work/out and $work/err and its exit status in `status`.
attempt() {
  status=0
  timeout -k 5 120 "$@" > "$work/out" 2> "$work/err" < /dev/null || status=$?
}

# trial CASE STATUS PATTERN COMMAND…: the command ends with the status, and a line that it prints, on either
# stream, matches the extended pattern.
trial() {
  local name=$1 expected=$2 pattern=$3
  shift 3
  attempt "$@"
  if [ "$status" != "$expected" ]; then
    failed "$name" "exit status $status (expected $expected)"
  elif ! grep -qE -- "$pattern" "$work/out" "$work/err"; then
    failed "$name" "no line matches: $pattern"
  else
    passed "$name"
  fi
}

# check CASE COMMAND…: the command, such as a test or a function, succeeds.
check() {
  local name=$1
  shift
  if "$@"; then passed "$name"; else failed "$name" "not so: $*"; fi
}
