#!/usr/bin/env bash
# What stands at --model_fn: what is replaced and kept, the check before training, the rescue, the lock.
source "$(dirname "$0")/common.sh"
here=$work/here
process=
trap '[ "$BASHPID" != $$ ] || { [ -z "$process" ] || kill -KILL "$process" 2> /dev/null || true; rm -rf "$work"; [ "$failures" = 0 ] || exit 1; }' EXIT
mkdir "$here"
chmod 755 "$work"
make_set "$work/data" 40
run=("$train" --n_layers 2 --batch_size 8 --n_threads 1 --verbose 0 --n_epochs 2 --data_dir "$work/data" --model_fn)
cd "$here"

# fresh: an empty folder.
fresh() { cd "$work" && rm -rf "$here" && mkdir "$here" && cd "$here"; }
is() { [ "$(seed_of "$1")" = "$2" ]; }
seed_of() { grep -aoE '"seed":"[0-9]+"' "$1" | grep -oE '[0-9]+'; }
only() { [ "$(ls -A "$here" | tr '\n' ' ')" = "${*:+$* }" ]; }
usable() { "$predict" --model_fn "$1" --data_dir "$work/data" > /dev/null 2>&1; }
same() { cmp -s "$1" "$2"; }

# --- Another run's model is kept

for seed in 1 2 3; do attempt "${run[@]}" model.ckpt --seed $seed; done
check "the same command again and again: exit status 0" [ "$status" = 0 ]
check "the file is the last run's" is model.ckpt 3
check "model.ckpt.bak is the run's before it" is model.ckpt.bak 2
check "the note says what is kept, and what goes" grep -qE \
  'holds another run \(seed 2, .*keeps it as model.ckpt.bak, in place of another run \(seed 1, 2 of 2 epochs, lowest loss' \
  "$work/err"
attempt "${run[@]}" model.ckpt --seed 4 --overwrite
check "--overwrite keeps none" is model.ckpt.bak 2
attempt "${run[@]}" model.ckpt --resume --n_epochs 3
check "--resume keeps none" is model.ckpt.bak 2
check "nothing else is left" only model.ckpt model.ckpt.bak

fresh
mkdir real
"${run[@]}" real/m --seed 1 > /dev/null
ln -s real/m link
"${run[@]}" link --seed 2 > /dev/null 2>&1
check "a symbolic link stays" [ "$(readlink link)" = real/m ]
check "its model is kept beside the file" is real/m.bak 1

fresh
touch m
trial "an empty file, as of mktemp, is replaced" 0 'Epoch\(2/2\)' "${run[@]}" m --seed 1
check "and not kept" only m

# --- Nothing but a model is replaced

foreign() { # NAME
  local before
  before=$(cksum < "$1")
  trial "not replaced: $1" 1 "^mnist-train: error: $1: not replaced: .*\)$" \
    "${run[@]}" "$1" --dataset mnist --mirror http://127.0.0.1:9/
  check "not replaced with --overwrite either" fails "${run[@]}" "$1" --overwrite
  check "one sentence, and nothing is changed" unchanged "$1" "$before"
}
fails() { ! "$@" > /dev/null 2>&1; }
unchanged() { [ "$(wc -l < "$work/err")" = 1 ] && [ "$(cksum < "$1")" = "$2" ]; }

fresh
printf '\x89PNG\r\n\x1a\n\0\0\0\rIHDR' > picture.png
printf '#!/bin/sh\nmnist-train --model_fn model.ckpt\n' > train.sh
printf 'PK\3\4archive/data.pkl' > model.pth
printf '\x24\0\0\0\0\0\0\0{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}' > other.safetensors
cp "$work/data/train-images-idx3-ubyte" images
cp "$train" program
"${run[@]}" model.ckpt --seed 1 > /dev/null
head -c -100 model.ckpt > cut.ckpt
rm model.ckpt
for file in picture.png train.sh model.pth other.safetensors images program cut.ckpt; do foreign $file; done
ln -s picture.png link
trial "not replaced: a picture behind a link" 1 'link: not replaced: .*a PNG image' "${run[@]}" link
mkdir folder
trial "not replaced: a folder" 1 'error: folder: not a file .*a directory\)$' "${run[@]}" folder
mkfifo pipe
trial "not replaced: a pipe" 1 'error: pipe: not a file .*a named pipe\)$' "${run[@]}" pipe
trial "not replaced: a device" 1 'error: /dev/null: not a file .*a device\)$' "${run[@]}" /dev/null
rm -rf ./*

for what in folder picture link; do
  fresh
  "${run[@]}" m --seed 1 > /dev/null
  cp m old
  case $what in
    folder) mkdir m.bak ;;
    picture) printf '\x89PNG\r\n\x1a\n\0\0\0\rIHDR' > m.bak ;;
    link) ln -s old m.bak ;;
  esac
  trial "a $what as m.bak is not replaced" 1 'error: m: the model there cannot be kept: m.bak: .*--overwrite' \
    "${run[@]}" m --seed 2
  check "and the model is not either" same m old
  trial "but for --overwrite it does not matter" 0 'Epoch' "${run[@]}" m --seed 2 --overwrite
done

# --- Folders, and one path for two purposes

fresh
trial "--model_fn makes its folder" 0 'Epoch' "${run[@]}" runs/a/model.ckpt --log_dir runs/a
check "beside the log" [ -e runs/a/model.ckpt -a -e runs/a/metrics.csv ]
fresh
trial "a folder cannot be made in a file" 1 'cannot be written' "${run[@]}" "$work/data/train-labels-idx1-ubyte/m"
trial "a folder is not left by a run that cannot begin" 1 'error: ' "${run[@]}" a/b/m --data_dir "$train"
trial "the model is the log's folder" 2 'must be a file, not a folder of --log_dir' "${run[@]}" x --log_dir x
trial "the log's folder lies in the model" 2 'not a folder of --log_dir' "${run[@]}" x --log_dir ./y/../x/runs
trial "the log's folder is the model's .bak" 2 '\.bak is no folder of --log_dir' "${run[@]}" x --log_dir x.bak
trial "the model is a file of the log" 2 'files that --log_dir writes' "${run[@]}" x/config.json --log_dir x
trial "the model is the data's folder" 2 'not a folder of --data_dir' "${run[@]}" x --data_dir x
trial "the model is a file to be downloaded" 2 'none of the files of --data_dir' \
  "${run[@]}" x/MNIST/raw/train-images-idx3-ubyte.gz --data_dir x
check "nothing of all that is left" only

# --- The check before training

# A user without rights.
as_other=(setpriv --reuid=12345 --regid=12345 --clear-groups)
if [ "$(id -u)" = 0 ] && command -v setpriv > /dev/null && "${as_other[@]}" test -x "$train" -a -r "$work/data/train-images-idx3-ubyte"; then
  fresh
  "${run[@]}" m --seed 1 > /dev/null
  chmod 666 m
  chmod 1777 .
  trial "a sticky folder with another user's file" 1 "m: cannot be written: .*only owners replace files\)$" "${as_other[@]}" "${run[@]}" m
  rm m
  chmod 755 .
  trial "a folder that another user may not write to" 1 'm: cannot be written: Permission denied$' "${as_other[@]}" "${run[@]}" m
  fresh
  chmod 777 .
  "${run[@]}" m --seed 1 > /dev/null
  chmod 444 m
  trial "a file that is read-only" 1 'm: cannot be written: Permission denied$' "${as_other[@]}" "${run[@]}" m
  chmod 666 m
  "${run[@]}" m.bak --seed 1 > /dev/null
  chmod 444 m.bak
  trial "a read-only m.bak" 1 'm.bak: cannot be written: Permission denied' "${as_other[@]}" "${run[@]}" m

  fresh
  chmod 777 .
  (umask 077; : > .m.lock)
  trial "the lock of another user's killed run, unreadable, is named" 1 'cannot be locked: \.m\.lock' "${as_other[@]}" "${run[@]}" m
  chmod 644 .m.lock
  trial "a readable one is used" 0 'Epoch' "${as_other[@]}" "${run[@]}" m
  # A run of another user that is killed while it trains.
  touch n
  chmod 666 n
  (umask 077; exec "${run[@]}" n --n_epochs 1000000 > /dev/null 2>&1) &
  process=$!
  while [ ! -s n ]; do sleep 0.01; done
  trial "a run under way of another user is seen" 1 "n: is being written by process $process" "${as_other[@]}" "${run[@]}" n
  kill -KILL $process
  wait $process 2> /dev/null || true
  check "it leaves its lock" [ -e .n.lock ]
  trial "which does not block another user" 0 'Epoch' "${as_other[@]}" "${run[@]}" n

  fresh
  "${run[@]}" m --seed 1 > /dev/null
  chown 12345:23456 m
  chmod 640 m
  trial "another user's file" 0 'Epoch' "${run[@]}" m --seed 2
  check "keeps its owner, group and permissions" [ "$(stat -c %u:%g:%a m)" = 12345:23456:640 ]
  check "and so does the one that is kept" [ "$(stat -c %u:%g:%a m.bak)" = 12345:23456:640 ]
  chown 0:0 m
  chmod 664 m
  chgrp 4000 m
  chmod 777 .
  chown 12345 m
  trial "a group of the user's" 0 'Epoch' \
    setpriv --reuid=12345 --regid=12345 --groups=4000 "${run[@]}" m --seed 3 --overwrite
  check "is kept too" [ "$(stat -c %u:%g:%a m)" = 12345:4000:664 ]
else
  skip "other users' files: needs root and setpriv"
fi

# A script behind these words may mount; "$@" in it are the run's words.
in_mounts=(unshare -m bash -ec 'script=$1; shift; eval "$script"' bash)
if [ "$(id -u)" = 0 ] && command -v unshare > /dev/null && "${in_mounts[@]}" 'mount --bind . .' 2> /dev/null; then
  fresh
  "${run[@]}" m --seed 1 > /dev/null
  touch mounted
  trial "a file that is mounted by itself is written in place" 0 'mounted is mounted by itself' \
    "${in_mounts[@]}" 'mount --bind m mounted; "$@" mounted --seed 2' "${run[@]}"
  check "in place" is m 2
  check "the model that was there is kept" is mounted.bak 1
  check "and nothing else is left" only m mounted mounted.bak
  trial "and goes on" 0 'Epoch\(3/3\)' "${in_mounts[@]}" 'mount --bind m mounted; "$@" mounted --resume --n_epochs 3' "${run[@]}"
  : > m
  trial "a mounted empty file, as docker run -v makes it" 0 'Epoch' \
    "${in_mounts[@]}" 'mount --bind m mounted; "$@" mounted --seed 4' "${run[@]}"
  check "is written" is m 4

  size=$(wc -c < m)
  # Blocks are pages; some are for names and locks.
  blocks=$(((size + 4095) / 4096))
  fresh
  trial "a disk with room for one file, not for two" 1 'disk/m: cannot be written: No space left on device' \
    "${in_mounts[@]}" 'mkdir disk; mount -t tmpfs -o size='$(((blocks * 3 / 2 + 1) * 4096))' none disk; "$@" disk/m --seed 1' "${run[@]}"
  check "but one epoch fits" "${in_mounts[@]}" '[ -d disk ] || mkdir disk; mount -t tmpfs -o size='$(((blocks * 3 / 2 + 1) * 4096))' none disk; "$@" disk/m --seed 1 --n_epochs 1 > /dev/null' "${run[@]}"
  trial "room for two, and again without keeping the first" 0 'Epoch\(2/2\)' \
    "${in_mounts[@]}" 'mount -t tmpfs -o size='$(((blocks * 2 + 2) * 4096))' none disk; "$@" disk/m --seed 1 > /dev/null; "$@" disk/m --seed 2 --overwrite' "${run[@]}"
  trial "not for three" 1 'No space left on device' \
    "${in_mounts[@]}" 'mount -t tmpfs -o size='$(((blocks * 2 + 2) * 4096))' none disk; "$@" disk/m --seed 1 > /dev/null; "$@" disk/m --seed 2' "${run[@]}"
  trial "a read-only disk" 1 'disk/m: cannot be written: Read-only file system' \
    "${in_mounts[@]}" 'mount -t tmpfs -o ro none disk; "$@" disk/m' "${run[@]}"

  # --- The rescue
  fill='mkdir -p disk temporary; mount -t tmpfs -o size=16m none disk; export TMPDIR=$PWD/temporary
    "$@" disk/m --seed 1 --n_epochs 1000000 > lines 2> notes & process=$!
    trap "cat notes >&2" EXIT
    until grep -q "Epoch(3/" lines; do sleep 0.01; done
    head -c 32m /dev/zero > disk/rest 2> /dev/null || true
    until grep -q rescued notes; do sleep 0.01; done'
  fresh
  trial "a disk that fills up: the run lies elsewhere, and the sentence says where" 1 \
    'error: disk/m: cannot be written: No space left on device; the run was saved as .*/temporary/m.rescued instead' \
    "${in_mounts[@]}" "$fill"'
      kill -TERM $process; wait $process' "${run[@]}"
  check "it can be used" usable temporary/m.rescued
  fresh
  trial "and while it trains, it is saved there as well" 0 'the run was saved as .*/m.rescued instead; training goes on' \
    "${in_mounts[@]}" "$fill"'
      kill -KILL $process; wait $process 2> /dev/null || true' "${run[@]}"
  check "so that a kill loses nothing" usable temporary/m.rescued
  fresh
  trial "when there is room again, the rescued run is removed" 143 'stopped by SIGTERM, the run is saved' \
    "${in_mounts[@]}" "$fill"'
      rm disk/rest; while ls temporary | grep -q rescued; do sleep 0.01; done
      kill -TERM $process; wait $process' "${run[@]}"
else
  skip "mounts: needs root and unshare"
fi

fresh
mkdir folder
"${run[@]}" folder/m --seed 1 --n_epochs 1000000 > /dev/null 2> "$work/err" &
process=$!
while [ ! -e folder/m ]; do sleep 0.01; done
until rm -f folder/m && mkdir folder/m 2> /dev/null; do :; done
while [ ! -e folder/m.rescued ]; do sleep 0.01; done
kill -TERM $process
wait $process 2> /dev/null && status=0 || status=$?
check "a folder in the place of the file: the run lies beside it" usable folder/m.rescued
check "exit status 1" [ $status = 1 ]

echo "model-file: $cases cases, $failures failed"
