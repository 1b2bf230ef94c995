#!/usr/bin/env bash
# Runs every fuzz target for SECONDS_EACH seconds, from the stored inputs; what it finds is left in
# build/fuzz/found. A finding goes to testdata/fuzz/NAME, where the tests replay it.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${SECONDS_EACH:-20}

scripts/build.sh fuzz
mkdir -p build/fuzz/found
count=0
for source in fuzz/*_fuzz.cc; do
  [[ -e $source ]] || break
  target=$(basename "$source" .cc) name=$(basename "$source" _fuzz.cc)
  mkdir -p "build/fuzz/corpus/$name" "testdata/fuzz/$name"
  echo "fuzz: $name for $seconds s"
  if ! "build/fuzz/fuzz/$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
    -print_final_stats=1 -artifact_prefix="build/fuzz/found/$name-" \
    "build/fuzz/corpus/$name" "testdata/fuzz/$name" > "build/fuzz/$name.log" 2>&1; then
    tail -n 40 "build/fuzz/$name.log"
    echo "fuzz: $name failed; the input is in build/fuzz/found" >&2
    exit 1
  fi
  grep -E 'stat::(number_of_executed_units|average_exec_per_sec)' "build/fuzz/$name.log"
  count=$((count + 1))
done
echo "fuzz: $count targets, no finding"
