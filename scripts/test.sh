#!/usr/bin/env bash
# Runs the tests of a build, all or those with one label, and leaves build/PRESET/tests.xml.
#
# usage: scripts/test.sh PRESET [LABEL]
set -euo pipefail
cd "$(dirname "$0")/.."
preset=$1 label=${2:-}

say() { printf 'test: %s\n' "$*"; }

if [[ -z ${RUMBO_CORPUS:-} && -d ../shared/corpus ]]; then
  RUMBO_CORPUS=$(realpath ../shared/corpus)
  export RUMBO_CORPUS
fi
if [[ -n ${RUMBO_CORPUS:-} ]]; then
  say "conformance tables: $RUMBO_CORPUS"
else
  say "kind conformance will skip what needs the large tables: RUMBO_CORPUS is not set and ../shared/corpus is not there"
fi
if [[ -z ${RUMBO_JSON_SCHEMA_SUITE:-} && (-z $label || $label == conformance) ]]; then
  if RUMBO_JSON_SCHEMA_SUITE=$(tests/conformance/json_schema_suite.sh); then
    export RUMBO_JSON_SCHEMA_SUITE
  else
    say "kind conformance will skip the JSON Schema test suite, for the reason above"
  fi
fi
if [[ $(id -u) != 0 ]]; then
  say "kind podman will be skipped: it needs root (network namespaces, nftables); run \`sudo make test LABEL=podman\`"
elif ! command -v podman > /dev/null; then
  say "kind podman will be skipped: podman is not installed; run \`make setup\`"
fi
select=()
if [[ -n $label ]]; then
  select=(-L "^$label\$")
  say "only kind $label"
fi
# CTest's own summary is the end of the output: it counts, names and times what failed or skipped.
exec ctest --test-dir "build/$preset" -j "${JOBS:-$(nproc)}" --no-tests=error --output-on-failure \
  --output-junit tests.xml "${select[@]}"
