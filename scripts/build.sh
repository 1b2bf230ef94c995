#!/usr/bin/env bash
# usage: scripts/build.sh PRESET [TARGET…]     configures build/PRESET on first use and builds it.
set -euo pipefail
cd "$(dirname "$0")/.."
preset=$1
shift
log=build/$preset.configure.log
if [[ ! -f build/$preset/build.ninja || CMakePresets.json -nt build/$preset/build.ninja ]]; then
  mkdir -p build
  echo "build: configuring build/$preset"
  if ! cmake --preset "$preset" > "$log" 2>&1; then
    cat "$log"
    echo "build: configuring failed (see above, and $log)" >&2
    exit 1
  fi
fi
exec ninja -C "build/$preset" -j "${JOBS:-$(nproc)}" --quiet "$@"
