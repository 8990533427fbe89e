#!/usr/bin/env bash
# Runs under limits of the system that are too low: limits.sh [STEP]. STEP is that of the memory, in KiB.
#
# files   no larger than from 0 to beyond the size of the model (RLIMIT_FSIZE)
# open    no more files open than from 3 on (RLIMIT_NOFILE)
# memory  from where the system can load the program to where it is done (RLIMIT_AS)
#
# Each for a first save, a save over another model, a resumed run, the test set, and a picture. After each:
# the process ended with 0, or with 1 and one sentence; the file is the old one or a whole new one, from
# which the run ends with the unbroken run's bytes; nothing is left beside it but the old one, as .bak.
source "$(dirname "$0")/common.sh"
step=${1:-256}
make_set "$work/data" 40
mkdir "$work/packed" "$work/elsewhere"
export TMPDIR=$work/elsewhere
for file in "$work"/data/*; do gzip -nc "$file" > "$work/packed/$(basename "$file").gz"; done
cd "$work/elsewhere"
{ printf 'P5 1500 1500 255\n'; head -c 1500000 /dev/zero; head -c 750000 /dev/urandom; } > ../picture
fresh=("${options[@]}" --seed 1 --n_epochs 2)
further=(--data_dir "$work/data" --n_threads 1 --resume --n_epochs 2)
"$train" --model_fn ../whole "${fresh[@]}" > /dev/null
"$train" --model_fn ../part "${options[@]}" --seed 1 --n_epochs 1 > /dev/null
"$train" --model_fn ../old "${options[@]}" --seed 2 --n_epochs 1 > /dev/null
answer=$("$predict" --model_fn ../whole --data_dir "$work/data" 2> /dev/null)
shown=$("$predict" --model_fn ../whole ../picture)
runs=0

# limited LIMIT COMMAND…: its lines go to ../out and ../err, through pipes, as files may be limited too.
limited() {
  local limit=$1
  shift
  status=0
  # The braces keep the shell's own word on a killed process off the terminal.
  { { (eval "ulimit $limit"; exec timeout -k 5 60 "$@") 2>&1 >&3 | cat > ../err; } 3>&1 \
    | cat > ../out; } 2> /dev/null || status=$?
}

# attempt LIMIT SCENARIO: sets `outcome` to done, refused or unloadable.
attempt() {
  local limit=$1 scenario=$2 what="$2 under ulimit $1" tool=$train command rescued
  rm -rf ../run ./*
  mkdir ../run
  case $scenario in
    first) command=("${fresh[@]}") ;;
    over) cp ../old ../run/m; command=("${fresh[@]}" --data_dir "$work/packed" --n_threads 2) ;;
    resumed) cp ../part ../run/m; command=("${further[@]}" --n_threads 2) ;;
    test) tool=$predict; cp ../whole ../run/m; command=(--data_dir "$work/packed" --n_threads 2) ;;
    picture) tool=$predict; cp ../whole ../run/m; command=(../picture) ;;
  esac
  limited "$limit" "$tool" --model_fn ../run/m "${command[@]}"
  runs=$((runs + 1))
  local sentences
  sentences=$(grep -c '^mnist-[a-z]*: error: ' ../err || true)
  case $status in
    0) outcome=done ;;
    1) outcome=refused; [ "$sentences" = 1 ] || fail "$what: $sentences sentences: $(cat ../err)" ;;
    127)
      grep -q 'while loading shared libraries' ../err || fail "$what: status 127: $(cat ../err)"
      outcome=unloadable ;;
    132)
      # Swift's own library traps where the memory ends as the system loads it, before the program begins.
      limited "$limit" "$tool" --version
      [ "$status" = 132 ] || fail "$what: status 132"
      outcome=unloadable ;;
    139)
      # So does its runtime, within a MiB of where the program can be loaded.
      grep -q 'failed to allocate' ../err || fail "$what: status 139: $(tail -3 ../err)"
      limited "-v $((${limit#-v } - 1024))" "$tool" --version
      [ "$status" = 127 ] || fail "$what: status 139"
      outcome=unloadable ;;
    *) fail "$what: status $status: $(tail -3 ../err)" ;;
  esac
  if [ "$tool" = "$predict" ]; then
    cmp -s ../run/m ../whole || fail "$what: the file has changed"
    [ "$outcome" != done ] || case $scenario in
      test) [ "$(cat ../out)" = "$answer" ] || fail "$what: another answer" ;;
      picture) [ "$(cat ../out)" = "$shown" ] || fail "$what: another answer" ;;
    esac
    return
  fi
  for rescued in *.rescued* ../run/*.rescued*; do
    [ -e "$rescued" ] || continue
    "$predict" --model_fn "$rescued" --data_dir "$work/data" > /dev/null 2>&1 || fail "$what: rescued file is bad"
    rm "$rescued"
  done
  if [ -e ../run/m.bak ]; then
    cmp -s ../run/m.bak ../old || fail "$what: the .bak is not the old model"
    rm ../run/m.bak
  elif [ $scenario = over ]; then
    cmp -s ../run/m ../old || fail "$what: the old model is lost"
  fi
  if [ $outcome = done ]; then
    cmp -s ../run/m ../whole || fail "$what: another file"
  elif [ -e ../run/m ] && ! cmp -s ../run/m ../old; then
    "$train" --model_fn ../run/m "${further[@]}" > /dev/null 2> ../err2 || fail "$what: does not go on: $(cat ../err2)"
    cmp -s ../run/m ../whole || fail "$what: goes on to another file"
  fi
  [ -z "$(ls -A ../run | grep -vx m || true)" ] || fail "$what: left $(ls -A ../run)"
}

training=(first over resumed)
every=("${training[@]}" test picture)
# Room is looked for before training, for the longest texts that the numbers may have.
size=$(($(wc -c < ../whole) / 1024 + 5))
for ((limit = 0; limit <= size; limit++)); do
  for scenario in "${training[@]}"; do attempt "-f $limit" "$scenario"; done
done
[ $outcome = done ] || fail "files of $size KiB are not enough for one of $(wc -c < ../whole) bytes"
for ((limit = 3; limit <= 12; limit++)); do
  for scenario in "${every[@]}"; do attempt "-n $limit" "$scenario"; done
done
[ $outcome = done ] || fail "12 open files are not enough"
if [ "$(uname)" = Linux ]; then
  for scenario in "${every[@]}"; do
    # The first that is done may be luck, as where the system puts things varies.
    outcome=
    enough=0
    for ((limit = 8192; enough < 8 && limit < 1 << 20; limit += step)); do
      attempt "-v $limit" "$scenario"
      if [ $outcome = unloadable ]; then continue; fi
      if [ $outcome = done ]; then enough=$((enough + 1)); fi
    done
    [ $enough = 8 ] || fail "$scenario: 1 GiB is not enough"
  done
else
  skip "limits of memory: no RLIMIT_AS here"
fi
echo "limits: $runs runs, each done or refused with a sentence"
