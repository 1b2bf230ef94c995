#!/usr/bin/env bash
# Puts the binary, its manual, its completion and its unit into place.
#
# usage: DESTDIR=… PREFIX=/usr/local scripts/install.sh    after `make release`
set -euo pipefail
cd "$(dirname "$0")/.."
binary=build/release/rumbo
prefix=${PREFIX:-/usr/local} root=${DESTDIR:-}
[[ -x $binary ]] || { echo "install: $binary is not there: run \`make release\`" >&2; exit 1; }
[[ $prefix == /usr ]] && units=/lib/systemd/system || units=/etc/systemd/system
[[ $prefix == /usr ]] && zsh=vendor-completions || zsh=site-functions # as Debian's zsh looks

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$binary" docs man > "$work/rumbo.1"
gzip -9 -n "$work/rumbo.1"
"$binary" completion bash > "$work/rumbo"
"$binary" completion fish > "$work/rumbo.fish"
"$binary" completion zsh > "$work/_rumbo"
sed "s#@BINDIR@#$prefix/bin#" packaging/rumbo.service > "$work/rumbo.service"

install -D -m 0755 "$binary" "$root$prefix/bin/rumbo"
install -D -m 0644 "$work/rumbo.1.gz" "$root$prefix/share/man/man1/rumbo.1.gz"
install -D -m 0644 "$work/rumbo" "$root$prefix/share/bash-completion/completions/rumbo"
install -D -m 0644 "$work/rumbo.fish" "$root$prefix/share/fish/vendor_completions.d/rumbo.fish"
install -D -m 0644 "$work/_rumbo" "$root$prefix/share/zsh/$zsh/_rumbo"
install -D -m 0644 "$work/rumbo.service" "$root$units/rumbo.service"
echo "install: $root$prefix/bin/rumbo, its manual, its completion, and $root$units/rumbo.service"
echo "install: write /etc/rumbo/rumbo.yaml (rumbo init), then: systemctl enable --now rumbo"
