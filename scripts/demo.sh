#!/bin/sh
# demo.sh EMBER: four simulated models of different skill and latency answer word problems over HTTP: a vote, a judge,
# and what running independent calls at once is worth. EMBER is the `ember` command. Takes about ten seconds.
set -eu
ember=$1
root=$(cd "$(dirname "$0")/.." && pwd)
questions=$root/examples/questions.jsonl
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || :; rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

: >"$work/server"
"$ember" simulate --port 0 --seed 2 \
  --model tiny:skill=0.5,latency=lognormal:60ms,0.3 --model small:skill=0.58,latency=lognormal:80ms,0.3 \
  --model medium:skill=0.64,latency=lognormal:100ms,0.3 --model large:skill=0.7,latency=lognormal:150ms,0.3 \
  >"$work/server" &
server=$!
tries=0
until grep -q listening "$work/server"; do
  tries=$((tries + 1))
  kill -0 "$server" 2>/dev/null && [ "$tries" -lt 200 ] || { echo "demo: the simulated models did not start" >&2; exit 1; }
  sleep 0.05
done
OPENAI_BASE_URL=$(sed -n '1s/^listening on //p' "$work/server")/v1
OPENAI_API_KEY=demo
export OPENAI_BASE_URL OPENAI_API_KEY
unset http_proxy HTTP_PROXY ALL_PROXY all_proxy

# run WORKFLOW INPUT OPTIONS...: shows what `ember run` reports about the run, indented.
run() {
  workflow=$1 input=$2
  shift 2
  "$ember" run "$root/examples/$workflow" --input "$input" --output "$work/out.jsonl" --quiet --report "$@" \
    2>"$work/report" || { cat "$work/report" >&2; exit 1; }
}
rate() { sed -n 's/^wall time:.*(\([0-9.]*\) rows.*/\1/p' "$work/report"; }
show() { grep -E "$1" "$work/report" | sed 's/^/  /'; }

rows=$(wc -l <"$questions")
echo "$rows word problems, four simulated models behind a real HTTP server at $OPENAI_BASE_URL"
echo
echo "1. All four answer, the most frequent answer wins (examples/vote.yaml)"
run vote.yaml "$questions" --expect answer
show 'correct|calls|wall|ideal'
fast=$(rate)
echo
echo "2. Three answer, the fourth judges (examples/judge.yaml)"
run judge.yaml "$questions" --expect answer
show 'correct|calls|wall|ideal'
echo
echo "3. The vote again on 12 of the problems, one call after the other"
head -n 12 "$questions" >"$work/some.jsonl"
run vote.yaml "$work/some.jsonl" --scheduler sequential --rows-in-flight 1 --max-workers 1
show 'calls|wall time'
echo
awk -v fast="$fast" -v slow="$(rate)" \
  'BEGIN { printf "At once: %s problems a second. One after the other: %s. That is %.0f times as fast.\n", fast, slow, fast / slow }'
