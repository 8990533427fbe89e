#!/usr/bin/env bash
# Tests of the tests: one-token.sh [COUNT] [SEED] [FIRST]. Changes one token of the library at a random place, COUNT
# times (60), and says which changes no test notices. The same seed gives the same changes; with FIRST it begins
# at that place of them, to go on with a run in parts. See OneToken.swift for what is changed.
#
# In a copy. There each room is one file, optimised by itself: a change is built in seconds where the whole
# module takes minutes, and the tests take no longer. A change that does not compile does not count. The
# tests of the changed room run first, all others only if those notice nothing. A crash or hang is noticed.
source "$(dirname "$0")/common.sh"
count=${1:-60}
seed=${2:-$RANDOM$RANDOM}
first=${3:-1}
echo "one-token: seed $seed"
plain=$PWD/Sources/MNISTCore
copy=$work/copy
mkdir "$copy" "$work/tmp"
export TMPDIR=$work/tmp
git ls-files -co --exclude-standard | tar -cf - -T - | tar -xf - -C "$copy"

# join ROOM: the room as one file, of the sources of $plain.
join() { find "$plain/$1" -name '*.swift' -print0 | sort -z | xargs -0 cat; }
rooms=$(cd "$plain" && find . -mindepth 2 -name '*.swift' | cut -d/ -f2 | sort -u)
for room in $rooms; do
  rm -r "$copy/Sources/MNISTCore/$room"
  mkdir "$copy/Sources/MNISTCore/$room"
  join "$room" > "$copy/Sources/MNISTCore/$room/$room.swift"
done
sed 's/"-whole-module-optimization", "-num-threads", "2", "-disable-batch-mode"/"-no-whole-module-optimization"/' \
  Package.swift > "$copy/Package.swift"
! cmp -s Package.swift "$copy/Package.swift" || fail "Package.swift no longer says how the library is optimised"

# In the copy, with the log in $work/log. Swift 6.3's driver sometimes waits without end: once more, then.
built() {
  local status=0
  (cd "$copy" && timeout 600 swift build --build-tests) > "$work/log" 2>&1 || status=$?
  [ "$status" != 124 ] || { status=0; (cd "$copy" && timeout 600 swift build --build-tests) > "$work/log" 2>&1 || status=$?; }
  return $status
}
limit=600
tested() {
  local status=0
  (cd "$copy" && timeout -k 5 "$limit" swift test --skip-build "$@") > "$work/log" 2>&1 || status=$?
  # What a test that was ended has left running.
  pkill -9 -f "$copy/" || true
  rm -rf "$work"/tmp/*
  return $status
}
# What noticed a change: the first test that failed, or what the log ends with.
by() {
  if [ "$1" = 124 ] || [ "$1" = 137 ]; then
    echo "no end within $limit s"
  else
    grep -oE '✘ Test "?[A-Za-z0-9_]+' "$work/log" | head -1 | sed 's/.* //' | grep . \
      || grep -E 'Fatal error|signal' "$work/log" | tail -1 | cut -c1-100 | grep . || echo "exit status $1"
  fi
}

list=$work/one-token
cp Reliability/OneToken.swift "$work/main.swift"
swiftc "$work/main.swift" -o "$list"
# The drawings of the digits are data.
"$list" "$plain" "$seed" | grep -v '^Data/Digits/Forms/' > "$work/places"

built || { tail -30 "$work/log"; fail "the copy does not build"; }
start=$SECONDS
tested || { grep ✘ "$work/log" | head -20; fail "the tests do not pass without a change"; }
limit=$((4 * (SECONDS - start) + 60))

noticed=0 unnoticed=0 place=0 previous=
while [ $((noticed + unnoticed)) -lt "$count" ] && IFS=$'\t' read -r path line offset length before after <&3; do
  place=$((place + 1))
  [ "$place" -ge "$first" ] || continue
  room=${path%%/*}
  file=$copy/Sources/MNISTCore/$room/$room.swift
  if [ -n "$previous" ]; then join "$previous" > "$copy/Sources/MNISTCore/$previous/$previous.swift"; fi
  previous=$room
  # The room's files up to the changed one, the change, the others.
  {
    find "$plain/$room" -name '*.swift' | sort | while IFS= read -r part; do
      if [ "$part" = "$plain/$path" ]; then
        head -c "$offset" "$part"
        printf %s "$after"
        tail -c +$((offset + length + 1)) "$part"
      else
        cat "$part"
      fi
    done
  } > "$file"
  built || continue
  what="$path:$line: $before → ${after:-(nothing)}"
  suites=$(grep -rhoE '@Suite.* struct [A-Za-z0-9]+' "Tests/MNISTCoreTests/$room" | sed 's/.* //' | paste -sd '|')
  status=0
  tested --filter "^MNISTCoreTests\\.($suites)/" || status=$?
  [ "$status" != 0 ] || tested || status=$?
  if [ "$status" = 0 ]; then
    unnoticed=$((unnoticed + 1))
    echo "$place NOT NOTICED $what"
    echo "    $(sed -n "${line}p" "$plain/$path" | sed 's/^ *//')"
  else
    noticed=$((noticed + 1))
    echo "$place noticed $what ($(by "$status"))"
  fi
done 3< "$work/places"
echo "one-token: seed $seed: $noticed of $((noticed + unnoticed)) noticed, $((SECONDS / 60)) min"
[ $((100 * noticed)) -ge $((95 * (noticed + unnoticed))) ]
