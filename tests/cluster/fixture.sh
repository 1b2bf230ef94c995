#!/usr/bin/env bash
# Starts or stops the cluster that the tests of kind cluster share; ctest calls it before and after
# them. Exits 77 (skipped) with the reason where no control plane can be built, but never in CI.
#
# usage: tests/cluster/fixture.sh up|down DIR
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
dir=$2
case $1 in
  up)
    "$here/down.sh" "$dir" # of a run that was killed
    option=--if-possible
    [[ -z ${CI:-} ]] || option=
    binary=$("$here/build.sh" $option) || {
      code=$?
      ((code == 3)) || exit "$code"
      echo "the tests of kind cluster are skipped: no control plane, for the reason above"
      exit 77
    }
    RUMBO_CLUSTER_BINARY=$binary "$here/up.sh" "$dir" 16443
    ;;
  down)
    "$here/down.sh" "$dir"
    ;;
esac
