#!/usr/bin/env bash
# What is too long for every commit: sanitizer builds of all tests, long fuzzing, the demo ROUNDS
# times, thresholds of the benchmarks. Prints a summary with the date for docs/benchmarks.md.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${ROUNDS:-20}
export RUMBO_SOAK=1 # tests with a long form take it

started=$(date -u +%FT%RZ)
for preset in asan tsan; do
  scripts/build.sh "$preset"
  scripts/test.sh "$preset"
done
scripts/build.sh dev kubernetes_sim_tests
RUMBO_SIM_FULL=1 build/dev/tests/kubernetes/kubernetes_sim_tests --gtest_filter='*KubeEnumeration*'
SECONDS_EACH=${SECONDS_EACH:-600} scripts/fuzz.sh
scripts/build.sh release rumbo
for ((round = 1; round <= rounds; ++round)); do
  echo "soak: demo $round of $rounds"
  CI=true demo/demo.sh
  demo/down.sh
done
echo "soak: passed; $started to $(date -u +%FT%RZ), commit $(git rev-parse --short HEAD), demo $rounds times"
