#!/usr/bin/env bash
# Runs that end at random moments: random.sh kill|stop COUNT
#
# kill  SIGKILL: the file is none or a whole one, and the run that goes on ends with the unbroken run's bytes
# stop  SIGTERM, SIGINT or SIGHUP: the same, and the printed lines of all parts are the unbroken run's
source "$(dirname "$0")/common.sh"
mode=$1
count=$2
make_set "$work/data" 120
cd "$work"
RANDOM=${RELIABILITY_SEED:-$$}
echo "random: $mode: seed ${RELIABILITY_SEED:-$$}"
fresh=("${options[@]}" --seed 1 --n_epochs 30)
further=(--data_dir "$work/data" --n_threads 1 --verbose 2 --resume)
"$train" --model_fn whole "${fresh[@]}" > whole.txt
ends=0
runs=0
names=(TERM INT HUP)
codes=(143 130 129)
while [ $ends -lt "$count" ]; do
  rm -rf run
  mkdir run
  : > lines.txt
  command=("${fresh[@]}")
  while true; do
    which=$((RANDOM % 3))
    status=0
    "$train" --model_fn run/m "${command[@]}" > part.txt 2> err.txt &
    process=$!
    if [ $ends -lt "$count" ]; then
      # Somewhere in the run.
      sleep "0.$(printf %06d $((RANDOM * 8 % 120000)))"
      if [ "$mode" = kill ]; then kill -KILL $process 2> /dev/null || true
      else kill -"${names[$which]}" $process 2> /dev/null || true; fi
    fi
    wait $process 2> /dev/null || status=$?
    if [ "$mode" = stop ]; then
      # Before its first line a process may not have a handler yet: then nothing has happened at all.
      [ $status = 0 ] || [ $status = ${codes[$which]} ] || fail "status $status after ${names[$which]}: $(cat err.txt)"
      cat part.txt >> lines.txt
    fi
    [ $status != 0 ] || break
    ends=$((ends + 1))
    if [ -e run/m ]; then
      "$predict" --model_fn run/m --data_dir data > /dev/null 2>&1 || fail "after end $ends the file is bad"
      command=("${further[@]}")
    else
      : > lines.txt
    fi
  done
  cmp run/m whole || fail "another file"
  [ "$mode" = kill ] || cmp lines.txt whole.txt || fail "the lines do not join"
  [ "$(ls -A run)" = m ] || fail "left $(ls -A run)"
  runs=$((runs + 1))
done
echo "random: $mode: $ends ends of $runs runs, every one with the unbroken run's bytes"
