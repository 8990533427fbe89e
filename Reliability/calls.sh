#!/usr/bin/env bash
# A fault at every call from the lock on: calls.sh kill|once|ever|load|system [ERRNO…]
#
# kill    SIGKILL before each call of the C library, of a first save, a save over another model, a resumed run
# once    each such call of a save over another model fails with each errno; writes also stop half-way or lie
# ever    the same, and every call after it fails too
# load    each call of mnist-predict from the opening of the model on fails
# system  SIGKILL before each system call, as kill; and those fail that the C library makes by itself
#
# After each: the process ended with 0 or 1 and a sentence (or was killed); the file is, byte for byte, the
# old one or one that a whole run saves; where it is not the old one, that one stands beside it as .bak; a
# rescued run is whole; the run that goes on from the file ends with the bytes of one that nothing happened to,
# and leaves nothing but the .bak.
source "$(dirname "$0")/common.sh"
[ "$(uname)" = Linux ] || { skip "faults at calls: needs LD_PRELOAD"; exit 0; }
mode=$1
shift
numbers=("$@")
# EIO ENOSPC EACCES EMFILE EROFS EDQUOT ENFILE; EINTR is added where a call fails once only.
[ ${#numbers[@]} -gt 0 ] || numbers=(5 28 13 24 30 122 23)

"$(command -v clang || command -v cc)" -shared -fPIC -O1 -o "$work/fault.so" Reliability/fault.c -ldl
"$(command -v clang || command -v cc)" -O1 -o "$work/trace" Reliability/trace.c
make_set "$work/data" 40
mkdir "$work/elsewhere" "$work/temporary"
export TMPDIR=$work/temporary
cd "$work/elsewhere"
"$train" --model_fn ../whole "${options[@]}" --seed 1 --n_epochs 2 > /dev/null
"$train" --model_fn ../part "${options[@]}" --seed 1 --n_epochs 1 > /dev/null
"$train" --model_fn ../old "${options[@]}" --seed 2 --n_epochs 1 > /dev/null
fresh=("${options[@]}" --seed 1 --n_epochs 2)
further=(--data_dir "$work/data" --n_threads 1 --resume --n_epochs 2)

prepare() {
  scenario=$1
  rm -rf ../run ./* ../temporary/*
  mkdir ../run
  case $1 in
    first) command=("${fresh[@]}") ;;
    over) cp ../old ../run/m; command=("${fresh[@]}") ;;
    resumed) cp ../part ../run/m; command=("${further[@]}") ;;
  esac
}

run_with_fault() { # NUMBER KIND
  status=0
  # The braces keep the shell's own word on a killed process off the terminal.
  { LD_PRELOAD=$work/fault.so FAULT_FROM=.m.lock FAULT_AT=$1 FAULT_KIND=$2 \
    timeout -k 5 30 "$train" --model_fn ../run/m "${command[@]}" > ../out 2> ../err; } 2> /dev/null || status=$?
}

check() { # WHAT
  local rescued known left=m
  for rescued in *.rescued* ../run/*.rescued* "$TMPDIR"/m.rescued*; do
    [ -e "$rescued" ] || continue
    "$predict" --model_fn "$rescued" --data_dir "$work/data" > /dev/null 2>&1 || fail "$1: rescued file is bad"
    grep -qF "$rescued instead" ../err || fail "$1: $rescued is not named: $(cat ../err)"
    rm "$rescued"
  done
  if [ -e ../run/m ]; then
    for known in old part half whole; do ! cmp -s ../run/m ../$known || break; known=; done
    [ -n "$known" ] || fail "$1: the file is none that was saved"
  fi
  # Where nothing can be removed any more, nothing is.
  [ "$mode" != ever ] || rm -f ../run/.m.rescued.*
  if [ $scenario = over ]; then
    [ -e ../run/m ] || fail "$1: the file is gone"
    cmp -s ../run/m ../old || [ -e ../run/m.bak ] || fail "$1: the old model is lost"
    left=$'m\nm.bak'
  fi
  if [ -e ../run/m.bak ]; then cmp -s ../run/m.bak ../old || fail "$1: the .bak is not the old model"; fi
  if [ -e ../run/m ] && ! cmp -s ../run/m ../old; then
    "$predict" --model_fn ../run/m --data_dir "$work/data" > /dev/null 2>&1 || fail "$1: the file is neither old nor new"
    "$train" --model_fn ../run/m "${further[@]}" > /dev/null 2> ../err2 || fail "$1: does not go on: $(cat ../err2)"
  else
    "$train" --model_fn ../run/m "${fresh[@]}" > /dev/null 2> ../err2 || fail "$1: does not start: $(cat ../err2)"
  fi
  cmp -s ../run/m ../whole || fail "$1: ends with another file"
  [ "$(ls -A ../run)" = "$left" ] || fail "$1: left $(ls -A ../run)"
  [ $scenario != over ] || cmp -s ../run/m.bak ../old || fail "$1: the .bak is no longer the old model"
}

count_calls() {
  prepare "$1"
  rm -f ../log
  LD_PRELOAD=$work/fault.so FAULT_FROM=.m.lock FAULT_LOG=../log "$train" --model_fn ../run/m "${command[@]}" \
    > /dev/null 2>&1
  wc -l < ../log
}

# What a run of two epochs saves after the first: it is killed before its last file takes its place.
count_calls first > /dev/null
prepare first
run_with_fault "$(grep -n '^rename' ../log | tail -1 | cut -d: -f1)" kill
cp ../run/m ../half
! cmp -s ../half ../whole || fail "two epochs are saved as one"

case $mode in
  kill)
    for scenario in first over resumed; do
      total=$(count_calls $scenario)
      for ((at = 1; at <= total; at++)); do
        prepare $scenario
        run_with_fault "$at" kill
        [ $status = 137 ] || [ $status = 0 ] || fail "$scenario, kill at call $at: status $status"
        check "$scenario, kill at call $at"
      done
      echo "kill: $scenario: at each of $total calls"
    done
    ;;
  system)
    for scenario in first over resumed; do
      prepare $scenario
      total=$("$work/trace" .m.lock 0 "$train" --model_fn ../run/m "${command[@]}" 2> /dev/null | tail -1)
      for ((at = 1; at <= total; at++)); do
        prepare $scenario
        status=0
        { "$work/trace" .m.lock "$at" "$train" --model_fn ../run/m "${command[@]}" > ../out 2> ../err; } \
          2> /dev/null || status=$?
        [ $status = 137 ] || [ $status = 0 ] || fail "$scenario, kill at system call $at: status $status"
        check "$scenario, kill at system call $at"
      done
      echo "system: $scenario: killed at each of $total system calls"
    done
    if ! command -v strace > /dev/null; then skip "system calls that fail: needs strace"; exit 0; fi
    # Random names, threads, wishes about memory; what listing a folder consists of. Where memory itself
    # fails, limits.sh.
    faults=(getrandom:error=EAGAIN getrandom:error=ENOSYS clone,clone3:error=EAGAIN madvise:error=EINVAL
      getdents64:error=EIO fcntl:error=EBADF)
    prepare over
    strace -f -qq -o ../log "$train" --model_fn ../run/m "${command[@]}" > /dev/null 2>&1
    for name in newfstatat close; do
      count=$(grep -cE "^[0-9]+ +$name\(" ../log)
      for ((at = 1; at <= count; at++)); do faults+=("$name:error=EIO:when=$at"); done
    done
    loaded=$("$predict" --model_fn ../old --data_dir "$work/data" 2> /dev/null)
    for fault in "${faults[@]}"; do
      prepare over
      status=0
      strace -f -qq -o /dev/null -e inject="$fault" "$train" --model_fn ../run/m "${command[@]}" \
        > ../out 2> ../err || status=$?
      case $status in
        0) ;;
        1) grep -q '^mnist-train: error: ' ../err || fail "$fault: no sentence: $(cat ../err)" ;;
        127) grep -q 'while loading shared libraries' ../err || fail "$fault: $(cat ../err)" ;;
        *) fail "$fault: status $status: $(cat ../err)" ;;
      esac
      check "$fault"
      status=0
      strace -f -qq -o /dev/null -e inject="$fault" "$predict" --model_fn ../old --data_dir "$work/data" \
        > ../out 2> ../err || status=$?
      case $status in
        0) [ "$(cat ../out)" = "$loaded" ] || fail "load, $fault: another answer" ;;
        1) grep -q '^mnist-predict: error: ' ../err || fail "load, $fault: no sentence" ;;
        127) grep -q 'while loading shared libraries' ../err || fail "load, $fault: $(cat ../err)" ;;
        *) fail "load, $fault: status $status: $(cat ../err)" ;;
      esac
    done
    echo "system: ${#faults[@]} faults of a save and of a load"
    ;;
  once | ever)
    total=$(count_calls over)
    runs=0
    if [ "$mode" = ever ]; then export FAULT_EVER=1; else numbers+=(4 half lie); fi
    for kind in "${numbers[@]}"; do
      for ((at = 1; at <= total; at++)); do
        prepare over
        run_with_fault "$at" "$kind"
        what="$mode, $kind at call $at"
        case $status in
          0) ;;
          1) grep -q '^mnist-train: error: ' ../err || fail "$what: no sentence: $(cat ../err)" ;;
          *) fail "$what: status $status: $(cat ../err)" ;;
        esac
        ( unset FAULT_EVER; check "$what" ) || exit 1
        runs=$((runs + 1))
      done
    done
    echo "fail: $mode: $runs runs, ${#numbers[@]} faults at each of $total calls"
    ;;
  load)
    runs=0
    answer=$("$predict" --model_fn ../old --data_dir "$work/data" 2> /dev/null)
    for kind in "${numbers[@]}" 4; do
      for ((at = 1; ; at++)); do
        rm -f ../log
        status=0
        LD_PRELOAD=$work/fault.so FAULT_FROM=../old FAULT_AT=$at FAULT_KIND=$kind FAULT_LOG=../log \
          timeout -k 5 30 "$predict" --model_fn ../old --data_dir "$work/data" > ../out 2> ../err || status=$?
        case $status in
          0) [ "$(cat ../out)" = "$answer" ] || fail "load, $kind at call $at: another answer" ;;
          1) grep -q '^mnist-predict: error: ' ../err || fail "load, $kind at call $at: no sentence" ;;
          *) fail "load, $kind at call $at: status $status: $(cat ../err)" ;;
        esac
        runs=$((runs + 1))
        [ "$at" -le "$(wc -l < ../log)" ] || break
      done
    done
    echo "fail: load: $runs runs"
    ;;
esac
