#!/usr/bin/env bash
# Builds and runs the benchmarks, then the update of one service by Rumbo and by its peers.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/build.sh bench
for program in build/bench/bench/*_bench; do
  [[ -x $program ]] || break
  echo "bench: $(basename "$program")"
  "$program" --benchmark_out="$program.json" --benchmark_out_format=json
done
exec bench/peers.sh
