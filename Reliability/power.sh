#!/usr/bin/env bash
# Power cuts: power.sh COUNT. An ext4 image is copied while a run saves to it; the copy is what a disk
# would hold. Each is mounted and must have no model or a whole one, of the epoch before the one that was
# last printed or a later one. Every other time that a run is killed, the next one finds its model, which
# must be there or, whole too, as .bak.
source "$(dirname "$0")/common.sh"
count=$1
if [ "$(uname)" != Linux ] || [ "$(id -u)" != 0 ] || ! command -v mkfs.ext4 > /dev/null; then
  skip "power cuts: needs Linux, root and mkfs.ext4"
  exit 0
fi
disk=$work/disk
copied=$work/copied
mkdir "$disk" "$copied"
process=
# One epoch after the other, each by a process of its own that goes on with the run: within one process, small epochs
# are saved every two seconds only.
run_on_disk() {
  local epoch
  for ((epoch = 1; ; epoch++)); do
    if [ "$epoch" = 1 ]; then command=("${options[@]}" --seed "$seed"); else command=("${further[@]}"); fi
    "$train" --model_fn "$disk/m" "${command[@]}" --verbose 0 --n_epochs "$epoch"
  done
}
further=(--data_dir "$work/data" --n_threads 1 --resume)
end_run() {
  [ -n "$process" ] || return 0
  kill -KILL -- "-$process" 2> /dev/null || true
  wait "$process" 2> /dev/null || true
  # The last program of the group may take a moment to end.
  while kill -0 -- "-$process" 2> /dev/null; do sleep 0.01; done
  process=
}
clean_up() {
  set +e
  end_run
  umount -q "$disk" "$copied" 2> /dev/null
  rm -rf "$work"
}
trap clean_up EXIT
make_set "$work/data" 40
cuts=0
models=0
for mount in data=ordered data=writeback noauto_da_alloc; do
  truncate -s 8M "$work/image"
  mkfs.ext4 -q -F -E lazy_itable_init=0,lazy_journal_init=0 "$work/image"
  if ! mount -o "loop,$mount" "$work/image" "$disk" 2> /dev/null; then
    skip "power cuts: no loop device can be mounted"
    exit 0
  fi
  seed=1
  for ((cut = 0; cut < (count + 2) / 3; cut++)); do
    if [ -z "$process" ] || ! kill -0 $process 2> /dev/null; then
      : > "$work/lines"
      set -m
      run_on_disk > "$work/lines" 2> /dev/null &
      process=$!
      set +m
    fi
    sleep "0.$(printf %03d $((RANDOM % 120)))"
    printed=$(grep -c '^Epoch(' "$work/lines" || true)
    cp --sparse=never "$work/image" "$work/copy"
    mount -o loop "$work/copy" "$copied"
    if [ "$seed" -gt 1 ]; then
      # The run before is lost at no instant.
      [ -e "$copied/m" ] || fail "$mount, cut $cut: the model is gone"
      former=$copied/m
      grep -aq "\"seed\":\"$((seed - 1))\"" "$copied/m" || former=$copied/m.bak
      "$predict" --model_fn "$former" --data_dir "$work/data" > /dev/null 2>&1 || fail "$mount, cut $cut: the run before is lost"
      [ "$former" = "$copied/m.bak" ] || [ "$printed" -le 1 ] || fail "$mount, cut $cut: no new file after line $printed"
      grep -aq "\"seed\":\"$((seed - 1))\"" "$former" || fail "$mount, cut $cut: another run is kept"
    fi
    if [ -e "$copied/m" ]; then
      # The test data is not on the disk that lost its power.
      "$predict" --model_fn "$copied/m" --data_dir "$work/data" > /dev/null 2>&1 || fail "$mount, cut $cut: a bad file"
      epoch=$(grep -aoE '"epoch":"[0-9]+"' "$copied/m" | grep -oE '[0-9]+')
      [ "$epoch" -ge $((printed - 1)) ] || fail "$mount, cut $cut: epoch $epoch after line $printed"
      models=$((models + 1))
    else
      [ "$printed" -le 1 ] || fail "$mount, cut $cut: no file after line $printed"
    fi
    umount "$copied"
    cuts=$((cuts + 1))
    # Now and then a new run, every other one from an empty disk.
    if [ $((cut % 10)) = 9 ]; then
      end_run
      sync -f "$disk"
      seed=$((seed + 1))
      if [ ! -e "$disk/m" ] || [ $seed -gt 2 ]; then rm -f "$disk"/m "$disk"/m.bak "$disk"/.m*; seed=1; fi
    fi
  done
  end_run
  umount "$disk"
done
echo "power: $cuts cuts under 3 mount options, $models with a model, every one whole"
