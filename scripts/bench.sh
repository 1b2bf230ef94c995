#!/usr/bin/env bash
# Builds and runs the benchmarks, then the update of one service by Rumbo and by its peers, and
# prints one table at the end. It asserts no number: it fails only if something could not be
# measured, and cleans up behind itself also then.
#
# usage: scripts/bench.sh        TMPDIR is the disk that is measured (default /tmp),
#                                RUMBO_BENCH_CHART a packed chart to be rendered
set -euo pipefail
cd "$(dirname "$0")/.."

exec 8> "${TMPDIR:-/tmp}/rumbo-bench.lock"
flock -n 8 || { echo "bench: another run is under way" >&2; exit 1; }
demo=${RUMBO_DEMO_DIR:-/tmp/rumbo-demo}
for pidfile in "$demo"/pids/*; do
  [[ -e $pidfile ]] || continue
  if read -r pid _ < "$pidfile" && [[ -e /proc/$pid ]]; then
    echo "bench: the demo runs in $demo, and each would disturb the other: \`make demo-down\` first" >&2
    exit 1
  fi
done

export RUMBO=${RUMBO:-$PWD/build/release/rumbo}
[[ -x $RUMBO ]] || scripts/build.sh release rumbo
scripts/build.sh bench journal_bench engine_bench codec_bench process_bench overlay_bench git_bench \
  helm_bench bare_client
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
failed=0

# measure NAME COMMAND…: shows what it prints and keeps it for the table.
measure() {
  echo "bench: $1"
  "${@:2}" 8>&- | tee -a "$work/all" || failed=1
}

measure "journal" build/bench/bench/journal_bench
measure "engine" build/bench/bench/engine_bench
measure "git" build/bench/bench/git_bench
measure "codec" build/bench/bench/codec_bench
measure "overlays" build/bench/bench/overlay_bench
if [[ -n ${RUMBO_BENCH_CHART:-} ]]; then
  measure "chart" build/bench/bench/helm_bench "$RUMBO_BENCH_CHART"
fi
# Beside the peer where there is one, over the overlays of a corpus where that is here.
corpus=${RUMBO_CORPUS:-../shared/corpus}
if kustomize=$(command -v kustomize) && [[ -f $corpus/kustomize/cases.json ]]; then
  measure "overlays beside Kustomize" bench/overlay_peers.py "$RUMBO" "$kustomize" "$corpus/kustomize"
fi
if helm=$(command -v helm) && [[ -f $corpus/helm/cases.json ]]; then
  measure "charts beside Helm" bench/chart_peers.py "$RUMBO" "$helm" "$corpus/helm"
fi
if [[ $(id -u) == 0 ]]; then
  measure "idle daemon with ten applications on a host" bench/host.sh "$RUMBO"
fi
# A control plane is built first if none was: minutes, once.
if command -v go > /dev/null || [[ -n ${RUMBO_CLUSTER_BINARY:-} ]]; then
  measure "many applications on one cluster" bench/fleet.py "$RUMBO" build/bench/bench/bare_client 100
fi
measure "start; updates under load, by Rumbo and by its peers" bench/peers.sh

echo
echo "$(nproc) cores, $(. /etc/os-release && echo "$PRETTY_NAME"), kernel $(uname -r | cut -d. -f1,2), load $(cut -d' ' -f1 /proc/loadavg) at the end"
echo
echo '| What | Goal | Found |'
echo '|---|---|---|'
grep '^| ' "$work/all" || failed=1
exit "$failed"
