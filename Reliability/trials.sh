#!/usr/bin/env bash
# What a hundred trials by strangers found, as cases that must hold: trials.sh [TOPIC…], each topic a file of
# trials/. What needs root, mounts or control groups is skipped, loudly, where they are missing.
set -euo pipefail
cd "$(dirname "$0")"
[ $# -gt 0 ] || set -- $(cd trials && ls -- *.sh | grep -v '^common.sh$' | sed 's/\.sh$//')
status=0
for topic in "$@"; do
  echo "== $topic"
  bash "trials/$topic.sh" || status=1
done
[ "$status" = 0 ] || { echo "trials: FAILED" >&2; exit 1; }
echo "trials: all passed"
