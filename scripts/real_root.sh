#!/usr/bin/env bash
# usage: scripts/real_root.sh COMMAND…     runs it where containers can start.
#
# In a plain chroot the root directory is no mount point, and no container runtime can leave it
# (pivot_root). Such a command gets a mount namespace of its own whose root is one. Everywhere else
# this only runs the command.
set -euo pipefail
if [[ $(id -u) != 0 ]] || awk '$5 == "/" {found = 1} END {exit !found}' /proc/self/mountinfo; then
  exec "$@"
fi
echo "this root is a plain chroot: running on a bind mount of it, so that containers can start"
root=$(mktemp -d)
# shellcheck disable=SC2016  # the inner shell expands
exec unshare --mount --propagation unchanged sh -c '
  mount --rbind / "$1" && mount --make-rprivate "$1" && here=$PWD && cd "$1" || exit 1
  shift
  exec chroot . sh -c "cd \"\$1\" && shift && exec \"\$@\"" sh "$here" "$@"' sh "$root" "$@"
