#!/usr/bin/env bash
# Makes build/rumbo_VERSION_ARCH.deb from the release binary.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v dpkg-shlibdeps > /dev/null || {
  echo "deb: dpkg-shlibdeps is missing: apt-get install dpkg-dev" >&2
  exit 1
}
version=$(build/release/rumbo version -o json | sed -n 's/.*"version": "\([^"]*\)".*/\1/p')
architecture=$(dpkg --print-architecture)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

DESTDIR=$work/root PREFIX=/usr scripts/install.sh > /dev/null
strip --strip-unneeded "$work/root/usr/bin/rumbo"
install -d -m 0755 "$work/root/etc/rumbo" "$work/root/DEBIAN" "$work/debian"
printf 'Source: rumbo\n' > "$work/debian/control"
depends=$(cd "$work" && dpkg-shlibdeps -O root/usr/bin/rumbo | sed -n 's/^shlibs:Depends=//p')
cat > "$work/root/DEBIAN/control" << END
Package: rumbo
Version: $version
Architecture: $architecture
Maintainer: Rumbo developers <rumbo@example.com>
Section: admin
Priority: optional
Depends: $depends, libcurl4, libssl3, ca-certificates, git
Recommends: podman (>= 4.3), runc | crun, nftables, netavark, aardvark-dns, conntrack, iproute2
Suggests: tzdata, openssh-client, gnupg
Installed-Size: $(du -sk "$work/root" | cut -f 1)
Description: keeps containers on course with Git; every deployment is a transaction
 Rumbo watches Git repositories and deploys the Kubernetes YAML in them to a machine that
 runs Podman. Every deployment ends committed, restored or with a recorded call for an
 operator, across any crash.
END
cat > "$work/root/DEBIAN/postinst" << 'END'
#!/bin/sh
set -e
if [ "$1" = configure ] && [ -d /run/systemd/system ]; then
  systemctl daemon-reload || true
  # Pods and open transactions go on under the new version.
  systemctl try-restart rumbo.service || true
fi
END
cat > "$work/root/DEBIAN/prerm" << 'END'
#!/bin/sh
set -e
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then
  systemctl disable --now rumbo.service || true
fi
END
chmod 0755 "$work/root/DEBIAN/postinst" "$work/root/DEBIAN/prerm"
out=build/rumbo_${version}_$architecture.deb
dpkg-deb --root-owner-group --build "$work/root" "$out" > /dev/null
echo "deb: $out"
