#!/usr/bin/env bash
# usage: scripts/real_root.sh COMMAND…     runs it where containers can start.
#
# In a plain chroot the root directory is no mount point, and no container runtime can leave it
# (pivot_root). Such a command gets a mount namespace of its own, whose root is covered by the
# chroot: that is also where whoever enters a container's namespace (`podman exec`) ends up.
# Everywhere else this only runs the command.
set -euo pipefail
if [[ $(id -u) != 0 ]] || awk '$5 == "/" {found = 1} END {exit !found}' /proc/self/mountinfo; then
  exec "$@"
fi
echo "this root is a plain chroot: running where it is the root of a mount namespace, so that containers can start"
# shellcheck disable=SC2016  # the inner shell expands
exec unshare --mount --propagation unchanged sh -ec '
  mount -N /proc/self/ns/mnt --make-rprivate /
  mount -N /proc/self/ns/mnt --rbind "/proc/$$/root" /
  exec nsenter --mount=/proc/self/ns/mnt sh -c "cd \"\$1\" && shift && exec \"\$@\"" sh "$PWD" "$@"' sh "$@"
