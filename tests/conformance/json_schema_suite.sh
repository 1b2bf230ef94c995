#!/usr/bin/env bash
# Fetches the JSON Schema organisation's test suite, once, and prints its directory. PyPI carries it
# inside the source archive of `jsonschema`; it lies outside the tree.
#
# usage: tests/conformance/json_schema_suite.sh     exits 3 with the reason if it cannot be had
# RUMBO_JSON_SCHEMA_CACHE: where it is kept (~/.cache/rumbo/json-schema-suite)
set -euo pipefail

version=4.26.0 # of the archive; another one may hold other cases
cache=${RUMBO_JSON_SCHEMA_CACHE:-$HOME/.cache/rumbo/json-schema-suite}
suite=$cache/$version
if [[ ! -d $suite/tests ]]; then
  fetched=$(mktemp -d)
  trap 'rm -rf "$fetched"' EXIT
  if ! timeout 300 python3 -m pip download -q --disable-pip-version-check --no-deps \
    --no-binary jsonschema -d "$fetched" "jsonschema==$version" > "$fetched/log" 2>&1; then
    tail -n 1 "$fetched/log" >&2
    echo "json schema suite: jsonschema $version cannot be fetched from PyPI" >&2
    exit 3
  fi
  tar -xzf "$fetched/jsonschema-$version.tar.gz" -C "$fetched" "jsonschema-$version/json"
  mkdir -p "$cache"
  rm -rf "$suite"
  mv "$fetched/jsonschema-$version/json" "$suite"
fi
printf '%s\n' "$suite"
