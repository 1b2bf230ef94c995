#!/usr/bin/env bash
# Stops and removes everything the demo made: processes, pods, networks, its nftables table, files.
# Safe at any time, also when no demo ran or half of one.
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"
quiet=${1:-}
tell() { [[ $quiet == --quiet ]] || echo "demo-down: $*"; }

if [[ ! -d $dir ]]; then
  tell "nothing is there ($dir)"
  exit 0
fi
if [[ $(id -u) != 0 ]]; then exec sudo --preserve-env=RUMBO_DEMO_DIR "$0" "$@"; fi
[[ -e $dir/.rumbo-demo ]] || {
  echo "demo-down: $dir was not made by the demo (no .rumbo-demo in it): left alone" >&2
  exit 1
}

for pidfile in "$dir"/pids/load-* "$dir"/pids/rumbo "$dir"/pids/*; do
  [[ -e $pidfile ]] || continue
  stop "$(basename "$pidfile")"
done

if [[ -d $dir/podman/root && -x $dir/bin/podman ]]; then
  podman=$dir/bin/podman
  # The tables this installation made carry its name, which is on every pod.
  install=$("$podman" pod ps --format '{{index .Labels "rumbo.dev/install"}}' 2> /dev/null | grep -m 1 . || true)
  {
    "$podman" pod rm -f -a -t 0
    "$podman" rm -f -a -t 0
    "$podman" network ls --format '{{.Name}}' | grep -v '^podman$' | xargs -r "$podman" network rm -f
    "$podman" volume rm -f -a
  } > /dev/null 2>&1 || true
  [[ -z $install ]] || nft delete table ip "rumbo_$install" 2> /dev/null || true
  tell "pods, networks and the nftables table are gone"
fi
# The Podman service that a killed Rumbo left: it names the demo's storage on its command line.
for process in /proc/[0-9]*; do
  command=$({ tr '\0' ' ' < "$process/cmdline"; } 2> /dev/null) || continue
  if [[ $command == *podman*"$dir/podman/root"*"system service"* || $command == *podman*"system service"*"$dir/"* ]]; then
    kill "${process#/proc/}" 2> /dev/null || true
  fi
done
# Mounts of the storage and of files in memory, deepest first.
awk -v dir="$dir/" 'index($5, dir) == 1 {print $5}' /proc/self/mountinfo | sort -r | while read -r mount; do
  umount -l "$mount" 2> /dev/null || true
done
# Podman's own clean-up processes of the containers may still write for a moment. The mark goes last.
for ((turn = 0; turn < 50; ++turn)); do
  rm -rf --one-file-system "${dir:?}"/* 2> /dev/null && break
  sleep 0.1
done
rm -rf --one-file-system "${dir:?}"/*
rm -rf --one-file-system "$dir"
tell "$dir is gone"
