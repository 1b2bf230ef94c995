#!/bin/bash
# A real Gitea for tests: a Helm repository and an OCI registry that no one here wrote.
#   gitea.sh build DIR        builds it from its Go module into DIR (needs Go; some minutes)
#   gitea.sh up DIR WORK PORT starts it on the loopback with the user acme:s3cret-pass and its files
#                             in WORK; prints the process id when it answers
# tests/charts uses the DIR that RUMBO_TEST_GITEA names; without it those tests are skipped.
set -euo pipefail
version=v1.26.0

build() {
  local dir=$1
  mkdir -p "$dir"
  local module
  module=$(go mod download -json "code.gitea.io/gitea@$version" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')
  # Its replace directives work in its own folder only.
  rm -rf "$dir/src" && cp -r "$module" "$dir/src" && chmod -R u+w "$dir/src"
  (cd "$dir/src" && go build -tags 'sqlite sqlite_unlock_notify' -o "$dir/gitea" .)
  echo "$dir/gitea"
}

up() {
  local dir=$1 work=$2 port=$3 as=()
  mkdir -p "$work"
  cat > "$work/app.ini" <<INI
[server]
HTTP_ADDR = 127.0.0.1
HTTP_PORT = $port
ROOT_URL = http://127.0.0.1:$port/
DISABLE_SSH = true
OFFLINE_MODE = true
STATIC_ROOT_PATH = $dir/src
[database]
DB_TYPE = sqlite3
PATH = $work/gitea.db
[security]
INSTALL_LOCK = true
[log]
LEVEL = warn
[repository]
ROOT = $work/repositories
INI
  if [ "$(id -u)" = 0 ]; then  # it refuses to run as root
    as=(setpriv --reuid=65534 --regid=65534 --clear-groups)
    chown -R 65534:65534 "$work"
  fi
  local gitea=(env "HOME=$work" "GITEA_WORK_DIR=$work" "$dir/gitea" --config "$work/app.ini")
  "${as[@]}" "${gitea[@]}" migrate > "$work/migrate.log" 2>&1
  "${as[@]}" "${gitea[@]}" web > "$work/web.log" 2>&1 < /dev/null &
  local pid=$!
  for _ in $(seq 100); do
    if curl -sf -o /dev/null "http://127.0.0.1:$port/api/v1/version"; then break; fi
    sleep 0.2
  done
  "${as[@]}" "${gitea[@]}" admin user create --admin --username acme --password s3cret-pass \
    --email acme@example.org --must-change-password=false > "$work/user.log" 2>&1
  echo "$pid"
}

case "${1:-}" in
  build) build "$2" ;;
  up) up "$2" "$3" "$4" ;;
  *) sed -n '2,7p' "$0"; exit 2 ;;
esac
