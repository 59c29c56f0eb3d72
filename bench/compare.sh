#!/usr/bin/env bash
# Runs two builds of one benchmark in turns. For each line `NAME: NUMBER ...` of their output it prints the medians of
# the number and their ratio.
#   bench/compare.sh BEFORE AFTER [ARGUMENTS...]     ROUNDS=9 in the environment
set -euo pipefail

before=$1
after=$2
shift 2
samples=$(mktemp)
trap 'rm -f "$samples"' EXIT

for round in $(seq "${ROUNDS:-9}"); do
  order="before after"
  if ((round % 2 == 0)); then order="after before"; fi
  for side in $order; do
    "${!side}" "$@" | sed -nE "s/^([^:]+): *([0-9.]+).*/$side\t\1\t\2/p" >> "$samples"
  done
done

printf '%-44s %12s %12s %8s   load %s\n' name before after ratio "$(cut -d' ' -f1 /proc/loadavg)"
cut -f2 "$samples" | awk '!seen[$0]++' | while read -r name; do
  median() {
    awk -F'\t' -v side="$1" -v name="$name" '$1 == side && $2 == name {print $3}' "$samples" | sort -n |
      awk '{all[NR] = $1} END {print all[int((NR + 1) / 2)]}'
  }
  awk -v name="$name" -v a="$(median before)" -v b="$(median after)" \
    'BEGIN {printf "%-44s %12s %12s %8.3f\n", name, a, b, b / a}'
done
