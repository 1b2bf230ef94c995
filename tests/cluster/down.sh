#!/usr/bin/env bash
# Stops what tests/cluster/up.sh DIR started and removes DIR.
#
# usage: tests/cluster/down.sh DIR [--keep]      --keep: leaves logs and data
set -euo pipefail
dir=$(realpath -m "$1")

# The parts that still run, as "PID". A pid may be another's by now: only what runs from DIR counts.
running() {
  [[ -e $dir/pids ]] || return 0
  while read -r pid name; do
    [[ $(ps -o args= -p "$pid") == "$dir/bin/$name "* ]] && printf '%s\n' "$pid"
  done < <(tac "$dir/pids")
  return 0
}
stop() { # SIGNAL
  local pid
  for pid in $(running); do kill "-$1" "$pid" 2> /dev/null || true; done
}

stop TERM
for _ in {1..50}; do
  [[ -n $(running) ]] || break
  sleep 0.1
done
stop KILL
rm -f "$dir/pids"
[[ ${2:-} == --keep ]] || rm -rf "$dir"
