#!/usr/bin/env bash
# The recipes of docs/sweeps.md for Slurm and GNU parallel, taken from the page, under a Slurm that this script starts:
# one node on the loopback address, as root, without systemd, accounting or control groups. In Debian: apt-get install
# slurm-wlm munge parallel. It takes three to four minutes, for a job must reach its time limit.
#
# A job that meets its limit (--signal=USR1@30), one that is cancelled and one that is requeued go on with the unbroken
# run's bytes; a sweep has the same models by arrays, by GNU parallel and alone; SLURM_CPUS_PER_TASK is the number of threads.
source "$(dirname "$0")/common.sh"
page=$PWD/docs/sweeps.md
for program in munged slurmctld slurmd sbatch srun parallel; do
  command -v "$program" > /dev/null || { skip "Slurm: no $program; apt-get install slurm-wlm munge parallel"; exit 0; }
done
[ "$(id -u)" = 0 ] || { skip "Slurm: its daemons need root"; exit 0; }
export PATH=${train%/*}:$PATH
unset OMP_NUM_THREADS "${!SLURM_@}" "${!SBATCH_@}" "${!SRUN_@}"
slurm=$work/slurm
export SLURM_CONF=$slurm/slurm.conf
daemons=()
clean_up() {
  [ "$BASHPID" = $$ ] || return 0
  set +e
  if [ ${#daemons[@]} = 3 ]; then
    # So that no job outlives its daemons.
    timeout 10 scancel --quiet --user root
    for ((i = 0; i < 150; i++)); do [ -n "$(timeout 10 squeue -h 2> /dev/null)" ] || break; sleep 0.2; done
  fi
  for ((i = ${#daemons[@]} - 1; i >= 0; i--)); do
    kill "${daemons[i]}" 2> /dev/null
    wait "${daemons[i]}" 2> /dev/null
  done
  [ -z "${reference:-}" ] || kill "$reference" 2> /dev/null
  wait
  rm -rf "$work"
}
trap clean_up EXIT
# What fails is explained by these.
explained() { tail -n 20 "$slurm"/*.log "$@" >&2 || true; fail "Slurm: $what"; }
# until_true SECONDS WHAT COMMAND…
until_true() {
  local seconds=$1 end=$((SECONDS + $1))
  what="not within $seconds s: $2"
  shift 2
  until "$@"; do [ $SECONDS -lt $end ] || explained; sleep 0.3; done
}
# block TEXT: the fenced block of the page that has TEXT in it.
block() {
  awk -v text="$1" '/^```/ { if (inside && index(lines, text)) { printf "%s", lines; exit } inside = !inside; lines = ""; next }
    inside { lines = lines $0 "\n" }' "$page"
}
is_free() { ! (: < "/dev/tcp/127.0.0.1/$1") 2> /dev/null; }

mkdir -p "$slurm"/{state,spool}
# Without this munged refuses the place of its socket.
chmod a+x "$work" "$slurm"
port=26817
until is_free $port && is_free $((port + 1)); do port=$((port + 2)); done
name=$(hostname -s)
head -c 128 /dev/urandom > "$slurm/munge.key"
chmod 400 "$slurm/munge.key"
# A requeued job waits until its credential is over, and for the next look at the queue: with these two, seconds.
cat > "$SLURM_CONF" << END
ClusterName=reliability
SlurmctldHost=$name(127.0.0.1)
SlurmctldPort=$port
SlurmdPort=$((port + 1))
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$slurm/munge.socket,cred_expire=5
SchedulerType=sched/builtin
SchedulerParameters=sched_interval=2
StateSaveLocation=$slurm/state
SlurmdSpoolDir=$slurm/spool
SlurmctldPidFile=$slurm/slurmctld.pid
SlurmdPidFile=$slurm/slurmd.pid
SlurmctldLogFile=$slurm/slurmctld.log
SlurmdLogFile=$slurm/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
MinJobAge=3600
NodeName=$name NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
END
munged --foreground --socket="$slurm/munge.socket" --key-file="$slurm/munge.key" --pid-file="$slurm/munged.pid" \
  --seed-file="$slurm/munged.seed" --log-file="$slurm/munged.log" > "$slurm/munged.out.log" 2>&1 &
daemons+=($!)
until_true 20 "munged's socket" test -S "$slurm/munge.socket"
slurmctld -D > "$slurm/slurmctld.out.log" 2>&1 &
daemons+=($!)
slurmd -D > "$slurm/slurmd.out.log" 2>&1 &
daemons+=($!)
is_idle() { [ "$(sinfo -h -o %T 2> /dev/null)" = idle ]; }
until_true 60 "a node that is idle" is_idle

# make_job FOLDER: the page's job script in a folder of its own; its runs give way to other work.
make_job() {
  mkdir "$1"
  block SLURM_ARRAY_TASK_ID > "$1/job.sh"
  grep -q '^srun\|eval "srun' "$1/job.sh" || fail "Slurm: docs/sweeps.md has no job script"
}
# submit FOLDER [OPTION…]: prints the number of a job with one task, line 1 of the folder's runs.txt.
submit() { (cd "$1" && shift && nice sbatch --parsable --array=1 "$@" job.sh); }
state() { squeue -h -t all -j "$1" -o %T; }
is_over() { state "$1" | grep -qE '^(COMPLETED|CANCELLED|FAILED|TIMEOUT|NODE_FAIL)$'; }
# A line of one's own, as the page has it: line MODEL OPTIONS.
line() { echo "nice mnist-train --model_fn $1 $2 \$(test ! -e $1 || echo --resume)"; }

# epochs SECONDS TRIED OPTION…: how many epochs take so long, after as many as TRIED.
epochs() {
  local seconds=$1 tried=$2
  shift 2
  rm -rf tried*
  nice mnist-train --model_fn tried --log_dir tried.log --n_threads 1 --n_epochs "$tried" "$@" > /dev/null 2>&1
  awk -F, -v whole="$seconds" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "seconds") column = i; next }
    { sum += $column; rows++ } END { print int(whole * rows / (sum + 0.001)) + 1 }' tried.log/metrics.csv
}

# The signal comes 60 to 90 s after the start of a job of two minutes.
cd "$work"
long="--dataset digits --n_layers 3 --batch_size 32 --seed 1 --verbose 0"
long+=" --n_epochs $(epochs 120 2 $long)"
make_job limit
line long.ckpt "$long" > limit/runs.txt
limited=$(submit limit --time=2)
nice mnist-train --model_fn unbroken $long --n_threads 1 > /dev/null 2>&1 &
reference=$!

# Beside it: unbroken runs by GNU parallel, then the same under Slurm, cancelled and requeued.
make_set "$work/data" 120
small="--data_dir $work/data --n_layers 3 --batch_size 8 --verbose 0"
small+=" --n_epochs $(epochs 10 100 $small --seed 1)"
for seed in 1 2; do line "seed-$seed" "$small --n_threads 1 --seed $seed"; done > lines.txt
nice parallel --jobs 2 < lines.txt > /dev/null 2>&1 || fail "parallel: a line failed"
make_job cancelled
line model "$small --seed 1" > cancelled/runs.txt
make_job requeued
line model "$small --seed 2" > requeued/runs.txt
job=$(submit cancelled)
until_true 180 "a first save" test -s cancelled/model
scancel "$job"
until_true 60 "the end of a job that was cancelled" is_over "$job"
grep -q 'stopped by SIGTERM, the run is saved' cancelled/slurm-*.out || { what="scancel"; explained cancelled/slurm-*.out; }
! cmp -s cancelled/model seed-1 || fail "Slurm: the run ended before it was cancelled"
job=$(submit cancelled)
until_true 180 "the end of the run that was cancelled" is_over "$job"
cmp cancelled/model seed-1 || { what="other bytes after scancel"; explained cancelled/slurm-*.out; }
job=$(submit requeued)
until_true 180 "a first save" test -s requeued/model
scontrol requeue "${job}_1"
until_true 180 "the end of the run that was requeued" is_over "$job"
grep -q 'stopped by SIGTERM, the run is saved' requeued/slurm-*.out || { what="requeue"; explained requeued/slurm-*.out; }
cmp requeued/model seed-2 || { what="other bytes after a requeue"; explained requeued/slurm-*.out; }

# The page's sweep, by arrays, by GNU parallel and alone.
cat > rates.txt << END
data_dir = "$work/data"
learning_rate = 0.001 | 0.002
seed = 1 | 2
n_layers = 2
batch_size = 8
n_epochs = 4
halving = 2
END
make_job by_slurm
mkdir by_parallel alone
for folder in by_slurm by_parallel alone; do cp rates.txt $folder/; done
block sbatch > sweep_by_slurm.sh
block 'parallel --jobs' > sweep_by_parallel.sh
(cd by_slurm && nice sh ../sweep_by_slurm.sh > table.txt 2> err.txt) || { what="a sweep by arrays"; explained by_slurm/err.txt; }
(cd by_parallel && nice sh ../sweep_by_parallel.sh > table.txt 2> err.txt) || fail "parallel: $(cat by_parallel/err.txt)"
(cd alone && nice mnist-train --sweep rates.txt --sweep_dir runs > table.txt 2> /dev/null)
for folder in by_slurm by_parallel; do
  for run in 001 002 003 004; do
    cmp alone/runs/$run/model.ckpt $folder/runs/$run/model.ckpt || fail "Slurm: $folder: another model of run $run"
  done
  [ "$(mnist-train --compare $folder/runs | grep -c "^$folder/runs/00")" = 4 ] || fail "Slurm: --compare of $folder"
done

# threads COUNT: how many the run threads-COUNT has. A save has another one for a moment, so the least number counts.
threads() {
  local least=1000 count i process
  process=$(pgrep -f "^mnist-train --model_fn threads-$1 ") || fail "Slurm: no run with $1 threads"
  for ((i = 0; i < 20; i++)); do
    count=$(ls "/proc/$process/task" | wc -l)
    [ "$count" -ge $least ] || least=$count
    sleep 0.1
  done
  echo "$least"
}
checked=1
if [ "$(nproc)" -ge 2 ]; then
  for count in 1 2; do
    make_job threads-$count
    line threads-$count "$small --seed 3" > threads-$count/runs.txt
    # The second waits for the job at its limit to end, where there are only two processors.
    job=$(submit threads-$count --cpus-per-task=$count)
    until_true 240 "a run with $count threads" test -s threads-$count/threads-$count
    found=$(threads $count)
    scancel "$job"
    [ "$found" = $count ] || fail "Slurm: $found threads where SLURM_CPUS_PER_TASK is $count"
    until_true 60 "the end of a run with $count threads" is_over "$job"
    checked="1 and 2"
  done
else
  skip "Slurm: with one processor there is one thread in any case"
fi

until_true 360 "the end of the job that meets its time limit" is_over "$limited"
wait $reference || fail "Slurm: the unbroken run failed"
reference=
[ "$(state "$limited")" = COMPLETED ] || fail "Slurm: the job that met its limit ended as $(state "$limited")"
output=limit/slurm-${limited}_1.out
stops=$(grep -c 'stopped by SIGUSR1, the run is saved' "$output" || true)
[ "$stops" -ge 1 ] || { what="no signal before the time limit, or a run of less than a minute"; explained "$output"; }
[ "$(grep -c 'going on with long.ckpt' "$output")" = "$stops" ] || { what="it did not go on"; explained "$output"; }
cmp limit/long.ckpt unbroken || { what="other bytes after the time limit"; explained "$output"; }
echo "slurm: a job met its time limit, was saved, requeued and went on (stops: $stops); one was cancelled, one requeued;" \
  "a sweep by arrays and by parallel; $checked threads: every model has the unbroken run's bytes"
