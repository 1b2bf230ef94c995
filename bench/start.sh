#!/usr/bin/env bash
# usage: bench/start.sh RUMBO [RUNS]
# Start-up of `RUMBO version`: the median over RUNS (200) runs, beside that of /bin/true, which is
# what starting any process costs here. Fails above 2 ms more than that.
set -eu
rumbo=${1:?usage: bench/start.sh RUMBO [RUNS]}
runs=${2:-200}
most_us=2000

once() {  # microseconds of one run
  local from=${EPOCHREALTIME/[.,]/}
  "$@" >/dev/null
  local to=${EPOCHREALTIME/[.,]/}
  echo $((to - from))
}
median() { sort -n | sed -n "$(((runs + 1) / 2))p"; }

"$rumbo" version >/dev/null  # the first run reads the disk
ours=$(mktemp)
bare=$(mktemp)
trap 'rm -f "$ours" "$bare"' EXIT
for ((i = 0; i < runs; i++)); do
  once "$rumbo" version >>"$ours"
  once /bin/true >>"$bare"
done
ours_us=$(median <"$ours")
bare_us=$(median <"$bare")
echo "start: median of $runs runs: rumbo version ${ours_us} us, /bin/true ${bare_us} us"
if ((ours_us - bare_us > most_us)); then
  echo "start: goal missed: more than ${most_us} us above /bin/true"
  exit 1
fi
echo "start: goal met: at most ${most_us} us above /bin/true"
