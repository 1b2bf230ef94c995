# Helpers of the demo: sourced, not run. Everything the demo makes lies under $dir, and every
# process it starts is remembered in $dir/pids by its id and its start time.
# shellcheck shell=bash
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(dirname "$here")
dir=${RUMBO_DEMO_DIR:-/tmp/rumbo-demo}
binary=${RUMBO:-$top/build/release/rumbo}
registry_port=${RUMBO_DEMO_REGISTRY_PORT:-5055} git_port=${RUMBO_DEMO_GIT_PORT:-8055}
shop_port=${RUMBO_DEMO_SHOP_PORT:-30080} cart_port=${RUMBO_DEMO_CART_PORT:-30081}
registry=127.0.0.1:$registry_port
git_url=http://127.0.0.1:$git_port/cgi-bin/git
state=$dir/state log=$dir/log

bold='' good='' bad='' plain=''
if [[ -t 1 && -z ${NO_COLOR:-} ]]; then
  bold=$'\e[1m' good=$'\e[32m' bad=$'\e[31m' plain=$'\e[0m'
fi

now_ms() { local t=${EPOCHREALTIME/[.,]/}; echo $((t / 1000)); }
story_began=$(now_ms)
elapsed() { local ms=$(($(now_ms) - story_began)); printf '%4d.%01d s' $((ms / 1000)) $((ms % 1000 / 100)); }

say() { printf '%s  %s\n' "$(elapsed)" "$*"; }
more() { printf '            %s\n' "$*"; }
title() { printf '\n%s%s  %s%s\n' "$bold" "$(elapsed)" "$*" "$plain"; }

# die SENTENCE…: says where the logs are, with their last lines; the end is what the last check saw.
die() {
  trap - ERR
  set +e
  printf '\n%sdemo: %s%s\n' "$bad" "$*" "$plain" >&2
  if [[ -d $log ]]; then
    echo "logs are in $log; \`make demo-down\` cleans up. Their last lines:" >&2
    local file
    for file in "$log"/*.log "$log/last-check"; do
      [[ -s $file ]] || continue
      printf -- '--- %s\n' "$file" >&2
      grep -v "blob unknown" "$file" | tail -n 40 | cut -c -300 >&2
    done
    printf '%sdemo: %s%s\n' "$bad" "$*" "$plain" >&2
  fi
  exit 1
}

# truth SENTENCE COMMAND…: prints the sentence if the command succeeds, ends the demo if not.
truth() {
  local sentence=$1
  shift
  "$@" > "$log/last-check" 2>&1 || die "this is not true: $sentence    [checked by: $*]"
  say "${good}true:${plain} $sentence"
}

# eventually SECONDS WHAT COMMAND…: waits until the command succeeds.
eventually() {
  local until=$(($(now_ms) + $1 * 1000)) what=$2
  shift 2
  until "$@" > /dev/null 2>&1; do
    (($(now_ms) < until)) || die "waited in vain until $what    [asked by: $*]"
    [[ ! -e $dir/pids/rumbo ]] || running rumbo > /dev/null || die "rumbo serve ended by itself, while waiting until $what"
    sleep 0.1
  done
}

# --- processes ---------------------------------------------------------------------------------
start_time() { awk '{sub(/.*\) /, ""); print $20}' "/proc/$1/stat" 2> /dev/null; }

# start NAME COMMAND…: in the background, in a session of its own, with its output in a log.
start() {
  local name=$1
  shift
  mkdir -p "$dir/pids"
  setsid "$@" >> "$log/$name.log" 2>&1 < /dev/null &
  echo "$! $(start_time $!)" > "$dir/pids/$name"
}

# running NAME: prints the process id if it is alive and still the one that was started.
running() {
  local pid time
  [[ -r $dir/pids/$1 ]] && read -r pid time < "$dir/pids/$1" || return 1
  [[ -n $time && $(start_time "$pid") == "$time" ]] && echo "$pid"
}

# stop NAME [SIGNAL]: and waits until it is gone (20 s, then kills it).
stop() {
  local pid turn
  pid=$(running "$1") || { rm -f "$dir/pids/$1"; return 0; }
  kill -s "${2:-TERM}" "$pid" 2> /dev/null || true
  for ((turn = 0; turn < 200; ++turn)); do
    running "$1" > /dev/null || break
    sleep 0.1
  done
  kill -KILL "$pid" 2> /dev/null || true
  rm -f "$dir/pids/$1"
}

port_is_free() { ! (exec 3<> "/dev/tcp/127.0.0.1/$1") 2> /dev/null; }
port_answers() { (exec 3<> "/dev/tcp/127.0.0.1/$1") 2> /dev/null; }

# --- Podman ------------------------------------------------------------------------------------
# The demo keeps its containers in a storage root of its own, apart from the machine's.
podman_options=(--root "$dir/podman/root" --runroot "$dir/podman/run")

# make_directory: everything the demo makes is below it; the mark says that it may be removed.
make_directory() {
  mkdir -p "$dir"/{bin,log,work,state}
  touch "$dir/.rumbo-demo"
}

# compile: the service, static for its image, and the load generator.
compile() {
  g++-12 -std=c++20 -O2 -static -s -o "$dir/bin/app" "$here/app.cc"
  g++-12 -std=c++20 -O2 -pthread -o "$dir/bin/load" "$here/load.cc"
}

# write_podman: $dir/bin/podman sees what Rumbo runs, with the settings Rumbo chose for this host.
write_podman() {
  cat > "$dir/bin/podman" << END
#!/bin/sh
conf=\$(ls $state/targets/*/*/containers.conf $state/targets/*/containers.conf 2> /dev/null | head -n 1)
[ -z "\$conf" ] || export CONTAINERS_CONF="\$conf"
exec $(command -v podman) ${podman_options[*]} "\$@"
END
  chmod +x "$dir/bin/podman"
}

# --- registry, images, Git -----------------------------------------------------------------------
start_registry() {
  cat > "$dir/registry.yml" << END
version: 0.1
log: {level: error, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: $dir/registry}}
http: {addr: $registry}
END
  start registry docker-registry serve "$dir/registry.yml"
  eventually 10 "the registry answers" port_answers "$registry_port"
}

# build_image APP VERSION [NAME=VALUE…]: FROM scratch, one static program; pushed to the registry.
build_image() {
  local app=$1 version=$2 container setting
  local buildah=(buildah --root "$dir/build/root" --runroot "$dir/build/run" --storage-driver vfs)
  local reference=$registry/$app:$version
  local settings=(--env "APP=$app" --env "VERSION=$version")
  for setting in "${@:3}"; do settings+=(--env "$setting"); done
  {
    container=$("${buildah[@]}" from scratch)
    "${buildah[@]}" copy "$container" "$dir/bin/app" /app
    "${buildah[@]}" config --entrypoint '["/app"]' --port 8080 "${settings[@]}" "$container"
    "${buildah[@]}" commit "$container" "$reference"
    "${buildah[@]}" push --tls-verify=false "$reference"
    "${buildah[@]}" rm "$container"
  } >> "$log/images.log" 2>&1
}

start_git() {
  start git busybox httpd -f -p "127.0.0.1:$git_port" -h "$dir/git/www"
  eventually 10 "the Git server answers" port_answers "$git_port"
}

# make_git: Git's own HTTP backend behind busybox's web server, one repository for each application.
make_git() {
  local app
  mkdir -p "$dir/git/www/cgi-bin" "$dir/git/repositories"
  cat > "$dir/git/www/cgi-bin/git" << END
#!/bin/sh
export GIT_PROJECT_ROOT=$dir/git/repositories GIT_HTTP_EXPORT_ALL=1 GIT_PROTOCOL="\$HTTP_GIT_PROTOCOL"
exec git http-backend
END
  chmod +x "$dir/git/www/cgi-bin/git"
  start_git
  for app in shop cart; do
    git init -q --bare -b main "$dir/git/repositories/$app.git"
    git -C "$dir/git/repositories/$app.git" config http.receivepack true
    git init -q -b main "$dir/work/$app"
    git -C "$dir/work/$app" remote add origin "$git_url/$app.git"
    git -C "$dir/work/$app" config user.name "Demo"
    git -C "$dir/work/$app" config user.email "demo@example.org"
  done
}

# commit APP VERSION MESSAGE [REPLICAS-FIELD]: pushes the manifests over HTTP; sets $commit.
commit() {
  local app=$1 version=$2 message=$3 replicas=${4:-replicas} port=$shop_port work=$dir/work/$1
  [[ $app == shop ]] || port=$cart_port
  mkdir -p "$work/deploy"
  sed -e "/^#/d; s/@APP@/$app/g; s/@VERSION@/$version/g; s#@REGISTRY@#$registry#g" \
    -e "s/@PORT@/$port/g; s/@REPLICAS@/$replicas/g" "$here/deploy/app.yaml" \
    > "$work/deploy/$app.yaml"
  git -C "$work" add .
  git -C "$work" commit -q -m "$message"
  git -C "$work" push -q origin main 2>> "$log/git.log" || die "cannot push to $git_url/$app.git"
  commit=$(git -C "$work" rev-parse HEAD)
  more "git: $app ${commit:0:7} \"$message\""
}

# write_config APP…: what `rumbo serve` reads.
write_config() {
  local app
  cat > "$dir/rumbo.yaml" << END
apiVersion: rumbo.dev/v1alpha1
kind: Environment
metadata: {name: dev}
spec:
  target: {podman: {root: $dir/podman/root, runRoot: $dir/podman/run}}
  namespace: dev
END
  for app in "$@"; do
    cat >> "$dir/rumbo.yaml" << END
---
apiVersion: rumbo.dev/v1alpha1
kind: Application
metadata: {name: $app}
spec:
  source:
    git: {url: "$git_url/$app.git", ref: {branch: main}, path: deploy}
  environments: [dev]
  pollInterval: 1s
  sync: {timeout: 20s}
END
  done
}

# --- Rumbo -------------------------------------------------------------------------------------
rumbo() {
  local verb=$1
  shift
  "$binary" "$verb" --config "$dir/rumbo.yaml" --state "$state" "$@"
}

start_rumbo() {
  start rumbo "$binary" serve --config "$dir/rumbo.yaml" --state "$state"
  eventually 20 "rumbo serve answers on its socket" daemon_answers
}
daemon_answers() { [[ -S $state/rumbo.sock ]] && rumbo status -o json | jq -e .daemon; [[ -S $state/rumbo.sock ]]; }

# app_status APP FILTER: jq over one application's part of `rumbo status`; succeeds if it is true,
# whether all is well (0) or not (1).
app_status() {
  { rumbo status -o json || (($? == 1)); } | jq -re --arg app "$1" ".applications[] | select(.application == \$app) | $2"
}
# committed APP COMMIT: is it what runs, healthy, with nothing open?
committed() {
  app_status "$1" '.revision.id == "'"$2"'" and .health == "Ready" and .sync == "Synced" and .open == null'
}
# synced APP COMMIT: was it seen, and is what it says what runs, healthy? (True of a commit, too,
# that says the same as the one that was deployed.)
synced() {
  app_status "$1" '.wanted.id == "'"$2"'" and .health == "Ready" and .sync == "Synced" and .open == null'
}
# quiet APP: is nothing open?
quiet() { app_status "$1" '.open == null'; }

# transactions APP FILTER: jq over the list of one application's transactions, newest first.
transactions() {
  rumbo history "$1" -o json --max 100 | jq -re "[.transactions[]] | $2"
}
# of_commit COMMIT: the jq filter of the transactions for a commit.
of_commit() { echo 'map(select(.revision | tostring | contains("'"${1:0:7}"'")))'; }

# --- load --------------------------------------------------------------------------------------
patience=8 # seconds: longer than any request of load.cc waits for its answer
start_load() {
  local app=$1 port=$2
  shift 2
  start "load-$app" "$dir/bin/load" --port "$port" --stats "$dir/load-$app.json" "$@"
  eventually 5 "the load on $app runs" test -s "$dir/load-$app.json"
}
load() { jq -rc "$2" "$dir/load-$1.json"; }

# mark APP: from here on since() counts.
declare -A mark_requests mark_failed mark_switches
mark() {
  mark_requests[$1]=$(load "$1" .requests) mark_failed[$1]=$(load "$1" .failed)
  mark_switches[$1]=$(load "$1" .switches)
}
# since APP requests|failed|switches: how many since mark, statistics not older than now.
since() {
  local name=mark_$2
  declare -n before=$name
  echo $(($(load "$1" ".$2") - ${before[$1]}))
}
# settle: long enough for the statistics to hold all that was answered until now.
settle() { sleep 0.35; }

no_failure() { (($(since "$1" failed) == 0)) || { load "$1" '.failures[-10:][]'; return 1; }; }
# one_switch APP: exactly one change of version, so no old answer on a newer connection.
one_switch() { (($(since "$1" switches) == 1)) || { load "$1" .switchList; return 1; }; }
no_switch() { (($(since "$1" switches) == 0)) || { load "$1" .switchList; return 1; }; }
serves() { [[ $(curl -sf -m 3 "http://127.0.0.1:$1/" | jq -r .version) == "$2" ]]; }
# exactly_once APP: every counted request has one number, and only failed ones may lack an answer.
exactly_once() {
  load "$1" '.counted' | tee /dev/stderr |
    jq -e '.requests > 0 and .duplicates == 0 and .unanswered <= .failedPosts'
}
tally() { echo "$(since "$1" failed) of $(since "$1" requests) requests failed"; }
