#!/usr/bin/env bash
# How close does a vote of four models over 663 questions come to its ideal time? Four models at 100 ms each, 64 rows
# in flight, through `ember run` against `ember simulate`.
#   bench/gsm8k_speed.sh [EMBER [ROUNDS]]
# With the recorded answers in EMBER_SHARED_DIR (default: ../shared beside the source tree) it runs
# examples/gsm8k_vote.yaml, else examples/vote.yaml over generated questions.
set -euo pipefail

source_dir=$(cd "$(dirname "$0")/.." && pwd)
ember=${1:-$source_dir/build/release/ember}
rounds=${2:-5}
data=${EMBER_SHARED_DIR:-$source_dir/../shared}/data/gsm8k

work=$(mktemp -d)
server=
cleanup() {
  if [[ -n $server ]]; then kill "$server" 2> /dev/null || true; fi
  rm -rf "$work"
}
trap cleanup EXIT

if [[ -r $data/recordings.jsonl ]]; then
  flow=$source_dir/examples/gsm8k_vote.yaml
  questions=$data/questions.jsonl
  answers=(--recordings "$data/recordings.jsonl")
else
  echo "no recorded answers in $data: generated questions instead"
  flow=$source_dir/examples/vote.yaml
  questions=$work/questions.jsonl
  "$ember" questions --count 663 > "$questions"
  answers=(--model tiny:skill=0.5 --model small:skill=0.6 --model medium:skill=0.7 --model large:skill=0.8)
fi

"$ember" simulate --port 0 --latency 100ms "${answers[@]}" > "$work/server.log" 2>&1 &
server=$!
for _ in $(seq 100); do
  grep -q '^listening on ' "$work/server.log" && break
  kill -0 "$server" || { cat "$work/server.log"; exit 1; }
  sleep 0.1
done
url=$(sed -n 's/^listening on //p' "$work/server.log")
export OPENAI_BASE_URL=$url/v1 OPENAI_API_KEY=none

echo "load $(cut -d' ' -f1 /proc/loadavg) on $(nproc) cores; $(wc -l < "$questions") rows, 64 in flight, 100 ms a call"
for round in $(seq "$rounds"); do
  "$ember" run "$flow" --input "$questions" --output "$work/out.jsonl" --rows-in-flight 64 --report --quiet \
    > "$work/report.txt" 2>&1
  sed -n 's/^\(wall time\|ideal time\|wall\/ideal\): */\1 /p' "$work/report.txt" | paste -sd'|' | sed "s/^/round $round: /"
  sed -n 's/^wall\/ideal: *//p' "$work/report.txt" >> "$work/ratios"
  sed -n 's/^wall time: *\([0-9.]*\) s.*/\1/p' "$work/report.txt" >> "$work/walls"
done

median() { sort -n "$1" | sed -n "$(((rounds + 1) / 2))p"; }
rows=$(wc -l < "$questions")
awk -v ratio="$(median "$work/ratios")" -v wall="$(median "$work/walls")" -v rows="$rows" 'BEGIN {
  batches = int((rows + 63) / 64)
  printf "median: %.3f x the ideal of the measured latencies; %.3f x %.1f s, the ideal of a server without delay\n",
         ratio, wall / (batches * 0.1), batches * 0.1
}'
