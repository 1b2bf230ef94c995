#!/usr/bin/env bash
# The update of one service under load: by Rumbo, by `podman play kube --replace` and by
# `podman-compose up`, one after another on the same images and with the same requests. Prints a
# Markdown table: failed requests, and how long no new connection got an answer.
#
# usage: bench/peers.sh        PEERS="rumbo play-kube compose" chooses; RUMBO=<binary>
set -euo pipefail
export RUMBO_DEMO_DIR=${RUMBO_DEMO_DIR:-/tmp/rumbo-peers}
top=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=../demo/lib.sh
source "$top/demo/lib.sh"
[[ $(id -u) == 0 ]] || exec sudo --preserve-env=RUMBO,RUMBO_DEMO_DIR,PEERS "$0" "$@"

"$here/down.sh" --quiet
make_directory
mkdir -p "$dir/play"
trap '"$here/down.sh" --quiet' EXIT
compile
write_podman
start_registry
build_image shop v1
build_image shop v2

# settings_for_podman: what this host needs to run containers without Rumbo's own settings.
settings_for_podman() {
  [[ -e /sys/fs/cgroup/cgroup.controllers && -d /run/systemd/system ]] && return
  printf '%s\n' '[containers]' 'default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]' '[engine]' \
    'runtime = "runc"' 'cgroup_manager = "cgroupfs"' 'events_logger = "file"' > "$dir/containers.conf"
  export CONTAINERS_CONF=$dir/containers.conf
}

# under_load NAME BEFORE UPDATE AFTER: starts with v1, updates to v2 under load, prints a table row.
under_load() {
  local name=$1 before=$2 update=$3 after=$4 began took
  "$before" >> "$log/$name.log" 2>&1 || die "$name: starting v1 failed"
  eventually 60 "$name serves v1" serves "$shop_port" v1
  start_load shop "$shop_port"
  sleep 3
  began=$(now_ms)
  "$update" >> "$log/$name.log" 2>&1 || die "$name: the update failed"
  eventually 60 "$name serves v2" serves "$shop_port" v2
  took=$(($(now_ms) - began))
  sleep 6
  stop load-shop
  printf '| %s | %s ms | %s of %s | %s ms |\n' "$name" "$took" "$(load shop .failed)" \
    "$(load shop .requests)" "$(load shop .silenceMs)"
  "$after" >> "$log/$name.log" 2>&1 || die "$name: cleaning up failed"
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
play_after() { "$dir/bin/podman" play kube --down "$dir/play/v2.yaml"; }

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
compose_after() { compose down; }

rumbo_before() {
  make_git
  write_config shop
  commit shop v1 "shop v1"
  start_rumbo
}
rumbo_update() { commit shop v2 "shop v2"; }
rumbo_after() { stop rumbo; }

printf '| Update of one service under load | until served | failed requests | longest without an answer |\n|---|---|---|---|\n'
for peer in ${PEERS:-play-kube compose rumbo}; do
  case $peer in
    rumbo)
      unset CONTAINERS_CONF
      under_load "Rumbo (commit to served)" rumbo_before rumbo_update rumbo_after
      ;;
    play-kube)
      settings_for_podman
      under_load "podman play kube --replace" play_before play_update play_after
      ;;
    compose)
      command -v podman-compose > /dev/null || { echo "| podman-compose up | not installed: \`scripts/setup.sh bench\` | | |"; continue; }
      settings_for_podman
      under_load "podman-compose up --force-recreate" compose_before compose_update compose_after
      ;;
    *) die "no peer $peer" ;;
  esac
done
