#!/usr/bin/env bash
# The story of Rumbo on real parts: a Git server, a registry, Podman, and requests that never stop.
# Every sentence marked "true:" was just checked; the first that is not ends the demo with an error.
#
# On a terminal everything stays up at the end, to be looked at. Otherwise (or with CI=true) it is
# taken down. RUMBO=<binary>, RUMBO_DEMO_DIR=<directory>, RUMBO_DEMO_*_PORT change the defaults.
set -euo pipefail
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

if [[ $(id -u) != 0 ]]; then
  echo "demo: an atomic switch needs root (nftables); asking sudo"
  exec sudo --preserve-env=CI,RUMBO,RUMBO_DEMO_DIR,NO_COLOR,TERM "$0" "$@"
fi
[[ -x $binary ]] || { echo "demo: $binary is not there: run \`make demo\`" >&2; exit 1; }
stay=no
[[ -t 1 && ${CI:-} != true ]] && stay=yes

"$here/down.sh" --quiet
for port in "$registry_port" "$git_port" "$shop_port" "$cart_port"; do
  port_is_free "$port" || { echo "demo: port $port is in use here; RUMBO_DEMO_*_PORT choose others" >&2; exit 1; }
done
make_directory
trap 'code=$?; ((code == 0)) || echo "demo: ended with $code after $(elapsed)" >&2' EXIT
trap 'die "line $LINENO failed: $BASH_COMMAND"' ERR
set -E

title "The parts: a registry, a Git server, images built here"
compile
write_podman
start_registry
for app in shop cart; do
  build_image "$app" v1
  build_image "$app" v2
  build_image "$app" v3-bad READY=never
  build_image "$app" v4 READY=2 # warms up: time enough to be killed in
done
build_image cart v5-crash CRASH=1
make_git
say "registry $registry, Git $git_url, images $(curl -sf "http://$registry/v2/shop/tags/list" | jq -r '.tags | sort | join(" ")')"

write_config shop cart

# ------------------------------------------------------------------------------------------------
title "1. The first commit is deployed"
commit cart v1 "cart v1"
cart_v1=$commit
commit shop v1 "shop v1"
shop_v1=$commit
start_rumbo
eventually 60 "shop v1 is committed" committed shop "$shop_v1"
eventually 60 "cart v1 is committed" committed cart "$cart_v1"
truth "both first transactions are recorded as committed" \
  test "$(transactions shop '.[0].outcome') $(transactions cart '.[0].outcome')" == "committed committed"
truth "shop v1 answers on http://localhost:$shop_port" serves "$shop_port" v1
config=$(curl -sf "http://127.0.0.1:$shop_port/config")
truth "ConfigMap and Secret reached it as environment and as file" \
  jq -e '.greeting == "hello from shop" and (.file | startswith("read from a mounted file")) and .tokenLength == 18' <<< "$config"
start_load shop "$shop_port"
start_load cart "$cart_port" --new 1 --keep-alive 1 --slow 1 --post 1
say "from now on $(load shop '.streams | keys | join(", ")') requests run against both, and none is ever retried"
sleep 2

# ------------------------------------------------------------------------------------------------
title "2. A new version, while requests run"
mark shop
commit shop v2 "shop v2"
shop_v2=$commit
eventually 60 "shop v2 is committed" committed shop "$shop_v2"
sleep 8 # longer than the answers that take 5 s: what began on the old pods has to finish too
truth "shop v2 answers" serves "$shop_port" v2
truth "no request failed: $(tally shop)" no_failure shop
truth "one switch, and no old answer on a connection opened after it" one_switch shop
more "$(transactions shop '.[0] | "\(.transaction) \(.outcome) in \(.duration)"')"

# ------------------------------------------------------------------------------------------------
title "3. A version that never becomes ready"
mark shop
commit shop v3-bad "shop v3, which never becomes ready"
shop_bad=$commit
restored() { transactions "$1" "$(of_commit "$2") | .[0].outcome == \"restored\""; }
eventually 90 "the transaction for it is restored" restored shop "$shop_bad"
settle
bad_txn=$(transactions shop "$(of_commit "$shop_bad") | .[0].transaction")
truth "the old version served all the while: $(tally shop)" no_failure shop
truth "not one request saw the bad version" no_switch shop
truth "it still is shop v2 that runs, and it is healthy" \
  app_status shop '.revision.id == "'"$shop_v2"'" and .health == "Ready"'
truth "the commit is quarantined" app_status shop '.quarantined | map(tostring) | any(contains("'"${shop_bad:0:7}"'"))'
shown=$(rumbo show "$bad_txn" -o json)
truth "the reason and the last log lines are recorded" \
  jq -e '.abort.cause != null and (.abort.evidence | tostring | contains("database orders is at schema 3"))' <<< "$shown"
more "$(jq -r '.abort.cause' <<< "$shown")"
jq -r '.abort.evidence[]' <<< "$shown" | tail -n 3 | while read -r line; do more "  | $line"; done
sleep 3
truth "a quarantined commit is not tried again" \
  test "$(transactions shop "$(of_commit "$shop_bad") | length")" == 1

# ------------------------------------------------------------------------------------------------
title "4. A typo in a field"
mark shop
pods_before=$("$dir/bin/podman" pod ps -q --no-trunc | sort)
commit shop v4 "shop v4, with a typo" replicaz
shop_typo=$commit
typo_line=$(grep -n replicaz "$dir/work/shop/deploy/shop.yaml" | cut -d : -f 1)
# The place of the field or of its value, and the cure.
refusal() {
  transactions shop "$(of_commit "$shop_typo") | .[0].outcome == \"refused\"" &&
    app_status shop '.cause' | grep -E "deploy/shop.yaml:$typo_line:[0-9]+: .*replicaz.*did you mean .replicas"
}
eventually 30 "the refusal shows" refusal
truth "it is refused, with file, line and column and the word that was meant" refusal
more "$(app_status shop .cause)"
truth "nothing was touched: the pods are the same" \
  test "$("$dir/bin/podman" pod ps -q --no-trunc | sort)" == "$pods_before"
settle
truth "and no request failed: $(tally shop)" no_failure shop
commit shop v2 "shop v2 again"
eventually 30 "the correction is seen" synced shop "$commit"

# ------------------------------------------------------------------------------------------------
title "5. A container removed by hand"
mark shop
shop_pods() { "$dir/bin/podman" ps --filter label=rumbo.dev/application=shop --format '{{.ID}} {{.IsInfra}}' | awk '$2 == "false" {print $1}'; }
victim=$(shop_pods | head -n 1)
removed_at=$(now_ms)
"$dir/bin/podman" rm -f -t 0 "$victim" > /dev/null
more "podman rm -f ${victim:0:12}"
healed() { [[ $(shop_pods | wc -l) == 2 ]] && ! shop_pods | grep -q "$victim" && app_status shop '.health == "Ready" and .open == null'; }
eventually 60 "shop is healed" healed
healed_after=$(($(now_ms) - removed_at))
settle
truth "a new container is in its place and ready after $healed_after ms" healed
truth "shop v2 answers" serves "$shop_port" v2
sleep "$patience" # whatever this cost shows here, and not as a fault of what follows
lost=$(since shop failed)
more "$(tally shop) (those that were on the removed container)"

# ------------------------------------------------------------------------------------------------
title "6. kill -9 in mid-transaction"
mark shop
commit shop v4 "shop v4"
shop_v4=$commit
# One look both finds it and names it: whether it is still open is asked again below.
open_now() { open_txn=$(app_status shop .open); }
eventually 30 "the transaction is open" open_now
touched() { rumbo log --txn "$open_txn" -o json | grep -q intent; }
eventually 20 "it began to act" touched
truth "$open_txn has begun to act and has not ended" test "$(app_status shop .open)" == "$open_txn"
stop rumbo KILL
settle
truth "with rumbo dead in $open_txn, shop still answers: $(tally shop)" no_failure shop
start_rumbo
eventually 90 "the transaction ended" quiet shop
nothing_left() { rumbo show "$1" -o json | jq -e '[.steps[].state] | all(. == "undone" or . == "pending")'; }
outcome=$(transactions shop "map(select(.transaction == \"$open_txn\")) | .[0].outcome")
truth "$open_txn has exactly one outcome: $outcome" \
  test "$(rumbo log --txn "$open_txn" --max 10000 -o json | jq -rs '[.. | objects | select(.type? == "end")] | length')" == 1
case $outcome in
  committed) truth "so shop v4 is what runs, whole" serves "$shop_port" v4 ;;
  # Rumbo tries v4 again by itself, perhaps at this moment: so the record is asked, not the port.
  restored) truth "so nothing it did is left" nothing_left "$open_txn" ;;
  *) die "the outcome of $open_txn is $outcome" ;;
esac
eventually 90 "shop v4 is committed in the end" committed shop "$shop_v4"
sleep 8
truth "no pod of another generation is left" test "$(shop_pods | wc -l)" == 2
truth "no request failed through all of it: $(tally shop)" no_failure shop

# ------------------------------------------------------------------------------------------------
title "7. Git and the registry are down; back to the version before"
mark shop
stop git
stop registry
truth "neither answers" eval "port_is_free $git_port && port_is_free $registry_port"
rumbo rollback shop -o json > "$log/rollback.json" 2>> "$log/rollback.log" || die "rumbo rollback failed: $(cat "$log/rollback.json")"
truth "the rollback is a transaction of its own: committed" \
  jq -e '.outcome == "committed"' "$log/rollback.json"
truth "shop v2 answers again" serves "$shop_port" v2
sleep 8
truth "no request failed: $(tally shop)" no_failure shop
truth "and shop is held, so that nothing moves it forward by itself" app_status shop '.held != null'
start_registry
start_git
rumbo resume shop > /dev/null
eventually 60 "after resume shop v4 is back" committed shop "$shop_v4"
say "Git and registry are back; after \`rumbo resume shop\` it is v4 again"

# ------------------------------------------------------------------------------------------------
title "8. Two applications in one transaction, the second is bad"
sleep 8
mark shop
mark cart
rumbo pause shop cart --reason "a change of both" > /dev/null
commit shop v1 "shop v1, together with cart"
commit cart v5-crash "cart v5, which crashes"
code=0
rumbo sync shop cart --together -o json > "$log/together.json" 2>> "$log/together.log" || code=$?
truth "rumbo sync --together exits with 3: restored" test "$code" == 3
truth "one transaction, both applications" \
  jq -e '[.transactions[] | select(.outcome == "restored" and (.applications | tostring | contains("shop") and contains("cart")))] | length == 1' "$log/together.json"
jq -r '.transactions[0] | .cause, .evidence[]?' "$log/together.json" | head -n 4 | while read -r line; do more "  | $line"; done
settle
truth "shop is what it was: v4" serves "$shop_port" v4
truth "cart is what it was: v1" serves "$cart_port" v1
truth "and no request failed: shop $(tally shop), cart $(tally cart)" eval "no_failure shop && no_failure cart"
commit shop v4 "shop v4 again"
commit cart v1 "cart v1 again"
rumbo resume shop cart > /dev/null

# ------------------------------------------------------------------------------------------------
title "9. What is recorded"
sleep 2
eventually 60 "all is synced and healthy" rumbo status
stop load-shop
stop load-cart
rumbo history
truth "every transaction has an outcome" \
  eval "rumbo history -o json --max 1000 | jq -e '[.transactions[].outcome] | length > 7 and all(. == \"committed\" or . == \"restored\" or . == \"unchanged\" or . == \"refused\")'"
rumbo show "$bad_txn" | head -n 24
truth "no request ever failed, but for those on the removed container" \
  test "$(load shop .failed) $(load cart .failed)" == "$lost 0"
truth "the journal's hash chain is intact" rumbo log --verify
more "$(rumbo log --verify)"
truth "every counted request was counted exactly once, over $(load shop '.counted.instances') instances" \
  eval "exactly_once shop && exactly_once cart"
say "shop: $(load shop '"\(.requests) requests, \(.failed) failed, worst \(.worstMs) ms"') · cart: $(load cart '"\(.requests) requests, \(.failed) failed"')"

if [[ $stay == no ]]; then
  "$here/down.sh" --quiet
  title "The story is told: every sentence was true."
  exit 0
fi
title "The story is told: every sentence was true. Everything is still up:"
cat << END

  export RUMBO_STATE=$state
  $binary status                   what runs, and is it healthy
  $binary history                  every transaction and its outcome
  $binary show $bad_txn            why the bad version was taken back
  curl localhost:$shop_port/                  the shop
  $dir/bin/podman pod ps       its pods (podman, with the demo's storage)
  git clone $git_url/shop.git      change it, push, and watch: $binary log --follow

  make demo-down                   removes all of it
END
