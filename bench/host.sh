#!/usr/bin/env bash
# usage: bench/host.sh RUMBO [APPLICATIONS …]   – what an idle daemon costs on a Podman host: an
# installation with that many applications (10) of one pod with a 10 s http probe: memory, processor time
# (its children's included), a plan, and how soon drift is seen and mended; in network and mount namespaces
# of its own. Needs root, podman, busybox. Removes what it made.
set -eu
here=$(dirname "$(realpath "$0")"); rumbo=$(realpath "$1"); shift
if [ -z "${RUMBO_BENCH_INSIDE:-}" ]; then
  export RUMBO_BENCH_INSIDE=1
  exec unshare -m -n "$0" "$rumbo" "$@"
fi
mount -t tmpfs tmpfs /run/containers; mkdir -p /run/netns; mount -t tmpfs tmpfs /run/netns
mount --rbind /sys/fs/cgroup /run/netns; mount -t sysfs sysfs /sys; mount --rbind /run/netns /sys/fs/cgroup; umount -l /run/netns
ip link set lo up
dir=$(mktemp -d /var/tmp/rumbo-bench-XXXXXX)
daemon=
podman_here() { podman --root "$dir/root" --runroot "$dir/runroot" --tmpdir "$dir/runroot/libpod" "$@"; }
cleanup() {
  [ -z "$daemon" ] || { kill "$daemon" 2>/dev/null && wait "$daemon" 2>/dev/null; } || true
  podman_here pod rm -f -a -t 0 >/dev/null 2>&1 || true
  umount -l "$dir/root/overlay" 2>/dev/null || true
  rm -rf "$dir"
}
trap cleanup EXIT

write_app() {  # name page
  mkdir -p "$dir/repo/$1"
  cat > "$dir/repo/$1/all.yaml" <<Y
apiVersion: apps/v1
kind: Deployment
metadata: {name: $1}
spec:
  selector: {matchLabels: {app: $1}}
  template:
    metadata: {labels: {app: $1}, annotations: {page: "$2"}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - name: app
        image: localhost/app:1
        imagePullPolicy: IfNotPresent
        command: [/bin/sh, -c, 'echo $2 > /index.html; exec /bin/busybox httpd -f -p 8080 -h /']
        ports: [{name: http, containerPort: 8080}]
        readinessProbe: {httpGet: {path: /index.html, port: http}, periodSeconds: 10}
---
apiVersion: v1
kind: Service
metadata: {name: $1}
spec: {selector: {app: $1}, ports: [{port: 80, targetPort: http}]}
Y
}
commit() { git -C "$dir/repo" add -A; git -C "$dir/repo" -c user.name=b -c user.email=b@example.org commit -qm "$1"; }
verb() { "$rumbo" "$@" --state "$dir/state" --config "$dir/rumbo.yaml"; }
# Nanoseconds: of its threads exactly, of children that ended in the kernel's ticks.
spent() {
  { cat "/proc/$daemon"/task/*/schedstat | awk '{print $1}'
    awk -v hz="$(getconf CLK_TCK)" '{print ($16 + $17) * 1e9 / hz}' "/proc/$daemon/stat"
  } | awk '{sum += $1} END {printf "%.0f", sum}'
}

mkdir -p "$dir/context"; cp "$(command -v busybox)" "$dir/context/busybox"
printf 'FROM scratch\nCOPY busybox /bin/busybox\nCOPY busybox /bin/sh\n' > "$dir/context/Containerfile"
git init -q -b main "$dir/repo"

write_config() {  # count
  cat > "$dir/rumbo.yaml" <<Y
apiVersion: rumbo.dev/v1alpha1
kind: Environment
metadata: {name: dev}
spec:
  target: {podman: {root: $dir/root, runRoot: $dir/runroot}}
  namespace: bench
Y
  for i in $(seq "$1"); do
    cat >> "$dir/rumbo.yaml" <<Y
---
apiVersion: rumbo.dev/v1alpha1
kind: Application
metadata: {name: app$i}
spec:
  source: {git: {url: "file://$dir/repo", ref: {branch: main}, path: app$i}}
  environments: [dev]
  pollInterval: 5m
Y
  done
}

# The first verb writes the containers.conf that this machine needs; the image is built with it.
write_app app1 zero; commit first; write_config 1
verb sync >/dev/null 2>&1 || true
CONTAINERS_CONF=$(find "$dir/state" -name containers.conf | head -1); export CONTAINERS_CONF
podman_here build -q -t localhost/app:1 "$dir/context" >/dev/null

for count in "${@:-10}"; do
  for i in $(seq "$count"); do write_app "app$i" one; done
  commit "$count" || true
  write_config "$count"
  "$rumbo" serve --state "$dir/state" --config "$dir/rumbo.yaml" > "$dir/daemon.log" 2>&1 &
  daemon=$!
  deadline=$((SECONDS + 240))
  until verb status >/dev/null 2>&1; do
    [ $SECONDS -lt $deadline ] || { verb status | tail -5; tail -3 "$dir/daemon.log"; break; }
    sleep 1
  done
  sleep 15
  before=$(spent); sleep 30; after=$(spent)
  awk -v c="$count" -v ns=$((after - before)) '
    /^Rss:/ {r=$2} /^Pss:/ {p=$2} /^Pss_Anon:/ {a=$2}
    END {printf "| idle daemon, %d applications of one pod with a 10 s http probe | ≤ 25 MiB, < 0.1 %% CPU | RSS %.1f MiB, PSS %.1f MiB, not from files %.1f MiB, CPU %.3f %% |\n", c, r/1024, p/1024, a/1024, ns/30e7}
  ' "/proc/$daemon/smaps_rollup"
  # One application changes: what a plan of it takes, whole process, the look at Git included.
  write_app app1 "two-$count"; commit "plan $count"
  for _ in $(seq 11); do
    t=$(date +%s%N); verb plan app1 >/dev/null 2>&1 || true; echo $((($(date +%s%N) - t) / 1000))
  done | sort -n | awk -v c="$count" '{t[NR]=$1} END {printf "| `rumbo plan` of a commit of one application, %d applications | ≤ 50 ms | median %.1f ms (min %.1f, max %.1f, %d runs) |\n", c, t[int((NR+1)/2)]/1000, t[1]/1000, t[NR]/1000, NR}'
  if [ "$count" -ge 5 ] && [ -z "${drift_done:-}" ]; then
    drift_done=1
    "$here/host_drift.py" "$rumbo" "$dir/state" "$dir/rumbo.yaml" \
      podman --root "$dir/root" --runroot "$dir/runroot" --tmpdir "$dir/runroot/libpod" || true
  fi
  kill "$daemon"; wait "$daemon" || true; daemon=
done
