#!/usr/bin/env bash
# The update of one service under load: by Rumbo, by `podman play kube --replace` and by
# `podman-compose up`, one after another on the same images and with the same requests. Then, of the
# Rumbo that runs: commit to switched, and its memory when idle. Before, how long it takes to start.
# Prints rows of a Markdown table.
#
# usage: bench/peers.sh        PEERS="start play-kube compose rumbo" chooses; RUMBO=<binary>
#
# It lies in a directory and on ports of its own, and removes all it made, also when it fails.
set -euo pipefail
export RUMBO_DEMO_DIR=${RUMBO_BENCH_DIR:-/tmp/rumbo-bench}
export RUMBO_DEMO_REGISTRY_PORT=5155 RUMBO_DEMO_GIT_PORT=8155
export RUMBO_DEMO_SHOP_PORT=31080 RUMBO_DEMO_CART_PORT=31081
top=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=../demo/lib.sh
source "$top/demo/lib.sh"
[[ $(id -u) == 0 ]] || exec sudo --preserve-env=RUMBO,RUMBO_BENCH_DIR,PEERS "$0" "$@"

updates=7      # of Rumbo, for the median
idle_after=20  # seconds without work before memory is read

clean_up() {
  local status=$?
  trap - EXIT
  ((status == 0)) || cp -r "$log" "${dir}.failed-log" 2> /dev/null || true
  "$here/down.sh" --quiet
  exit "$status"
}
"$here/down.sh" --quiet
rm -rf "$dir.failed-log"
make_directory
mkdir -p "$dir/play"
trap clean_up EXIT
trap 'exit 130' INT TERM HUP
compile
write_podman
start_registry
build_image shop v1
build_image shop v2

row() { printf '| %s | %s | %s |\n' "$@"; }
# spread UNIT VALUE…: "median 7 ms (min 5, max 9, 3 runs)".
spread() {
  local unit=$1 sorted
  shift
  mapfile -t sorted < <(printf '%s\n' "$@" | sort -n)
  echo "median ${sorted[$(($# / 2))]} $unit (min ${sorted[0]}, max ${sorted[-1]}, $# runs)"
}

# version_served: what a new connection is answered, without starting a program: it is asked often.
version_served() {
  local line
  version=
  { exec 3<> "/dev/tcp/127.0.0.1/$shop_port"; } 2> /dev/null || return 1
  printf 'GET / HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n' >&3
  while IFS= read -r -t 2 line <&3 || [[ -n $line ]]; do
    [[ $line =~ \"version\":\ *\"([^\"]*)\" ]] && version=${BASH_REMATCH[1]}
  done
  exec 3>&-
  [[ -n $version ]]
}
# until_served VERSION: waits up to 60 s for it.
until_served() {
  local until=$(($(now_ms) + 60000))
  until version_served && [[ $version == "$1" ]]; do
    (($(now_ms) < until)) || die "$1 is not served after 60 s"
    sleep 0.005
  done
}

# settings_for_podman: what this host needs to run containers without Rumbo's own settings.
settings_for_podman() {
  [[ -e /sys/fs/cgroup/cgroup.controllers && -d /run/systemd/system ]] && return
  printf '%s\n' '[containers]' 'default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]' '[engine]' \
    'runtime = "runc"' 'cgroup_manager = "cgroupfs"' 'events_logger = "file"' > "$dir/containers.conf"
  export CONTAINERS_CONF=$dir/containers.conf
}

# under_load NAME BEFORE UPDATE AFTER: starts with v1, updates to v2 under load, prints a table row.
under_load() {
  local name=$1 before=$2 update=$3 after=$4 out=$log/$3.log began took
  "$before" >> "$out" 2>&1 || die "$name: starting v1 failed"
  until_served v1
  start_load shop "$shop_port"
  sleep 3
  began=$(now_ms)
  "$update" >> "$out" 2>&1 || die "$name: the update failed"
  until_served v2
  took=$(($(now_ms) - began))
  sleep 6
  stop load-shop
  row "update under load: $name" "$([[ $name == Rumbo* ]] && echo "0 failed" || echo –)" \
    "$(load shop .failed) of $(load shop .requests) requests failed; longest without an answer $(load shop .silenceMs) ms; served after $took ms"
  "$after" || die "$name: what comes after the update failed"
}

play_manifest() {
  cat > "$dir/play/$1.yaml" << END
apiVersion: v1
kind: Pod
metadata: {name: shop, labels: {app: shop}}
spec:
  terminationGracePeriodSeconds: 15
  containers:
    - name: web
      image: $registry/shop:$1
      ports: [{containerPort: 8080, hostPort: $shop_port}]
END
}
play_before() { play_manifest v1; play_manifest v2; "$dir/bin/podman" play kube --tls-verify=false "$dir/play/v1.yaml"; }
play_update() { "$dir/bin/podman" play kube --tls-verify=false --replace "$dir/play/v2.yaml"; }
play_after() { "$dir/bin/podman" play kube --down "$dir/play/v2.yaml" >> "$log/play.log" 2>&1; }

compose() { (cd "$dir/play" && PATH=$dir/bin:$PATH podman-compose -f compose.yaml -p shop "$@"); }
compose_write() {
  printf '%s\n' 'services:' '  web:' "    image: $registry/shop:$1" "    ports: [\"$shop_port:8080\"]" \
    '    stop_grace_period: 15s' > "$dir/play/compose.yaml"
}
compose_before() {
  "$dir/bin/podman" pull --tls-verify=false "$registry/shop:v1"
  "$dir/bin/podman" pull --tls-verify=false "$registry/shop:v2"
  compose_write v1
  compose up -d
}
# Without --force-recreate this version of podman-compose leaves the old image running.
compose_update() { compose_write v2; compose up -d --force-recreate; }
compose_after() { compose down >> "$log/compose.log" 2>&1; }

rumbo_before() {
  make_git
  write_config shop
  start_rumbo
  commit shop v1 "shop v1"
  rumbo refresh shop
}
rumbo_update() {
  commit shop v2 "shop v2"
  rumbo refresh shop
}
# Every commit after the first two finds its image on the host.
rumbo_after() {
  local turn version=v2 began pushed from_commit=() from_push=() failed
  start_load shop "$shop_port"
  sleep 2
  for ((turn = 0; turn < updates; ++turn)); do
    eventually 60 "shop is quiet" committed shop "$commit"
    sleep 2
    [[ $version == v1 ]] && version=v2 || version=v1
    began=$(now_ms)
    commit shop "$version" "shop $version again" > /dev/null
    pushed=$(now_ms)
    rumbo refresh shop >> "$log/refresh.log" 2>&1 || die "rumbo refresh failed"
    until_served "$version"
    from_commit+=($(($(now_ms) - began)))
    from_push+=($(($(now_ms) - pushed)))
  done
  eventually 60 "shop is quiet" committed shop "$commit"
  sleep 2
  stop load-shop
  row "commit to switched, with \`rumbo refresh\`, image present, under load" "≤ 2 s" \
    "$(spread ms "${from_push[@]}"); with \`git commit\` and \`git push\` $(spread ms "${from_commit[@]}")"
  row "the same $updates updates under load" "0 failed" \
    "$(load shop .failed) of $(load shop .requests) requests failed; longest without an answer $(load shop .silenceMs) ms"
  sleep "$idle_after"
  memory_of_rumbo
  stop rumbo
}

# kib PID FIELD: of the process's memory.
kib() { awk -v field="$2:" '$1 == field {print $2}' "/proc/$1/smaps_rollup"; }
mib() { awk -v kib="$1" 'BEGIN {printf "%.1f MiB", kib / 1024}'; }
memory_of_rumbo() {
  local pid process command
  pid=$(running rumbo)
  row "idle daemon, 1 application with 2 pods, $idle_after s after the last update" "≤ 25 MiB" \
    "PSS $(mib "$(kib "$pid" Pss)"), RSS $(mib "$(kib "$pid" Rss)"), of it not from files $(mib "$(kib "$pid" Pss_Anon)")"
  for process in /proc/[0-9]*; do
    command=$({ tr '\0' ' ' < "$process/cmdline"; } 2> /dev/null) || continue
    [[ $command == *podman*"$dir/podman/root"*"system service"* ]] || continue
    row "beside it: \`podman system service\`" "–" \
      "PSS $(mib "$(kib "${process#/proc/}" Pss)"), RSS $(mib "$(kib "${process#/proc/}" Rss)")"
  done
}

for peer in ${PEERS:-start play-kube compose rumbo}; do
  case $peer in
    start)
      write_config  # a host, and no application yet
      "$top/build/bench/bench/process_bench" "$binary" "$dir/rumbo.yaml" "$dir/cold"
      ;;
    rumbo)
      unset CONTAINERS_CONF
      under_load "Rumbo, image pulled on the way" rumbo_before rumbo_update rumbo_after
      ;;
    play-kube)
      settings_for_podman
      under_load "\`podman play kube --replace\`" play_before play_update play_after
      ;;
    compose)
      command -v podman-compose > /dev/null || { row "update under load: podman-compose up" – "not installed: \`scripts/setup.sh bench\`"; continue; }
      settings_for_podman
      under_load "\`podman-compose up --force-recreate\`" compose_before compose_update compose_after
      ;;
    *) die "no peer $peer" ;;
  esac
done
