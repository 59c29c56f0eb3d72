#!/bin/sh
# quietly.sh LOG WHAT COMMAND...: runs COMMAND with its output in LOG and one line on the screen. When it fails, shows
# the end of the log and exits with its status.
set -u
log=$1 what=$2
shift 2

mkdir -p "$(dirname "$log")"
start=$(date +%s)
printf '%s ... ' "$what"
if "$@" >"$log" 2>&1 </dev/null; then
  echo "done in $(($(date +%s) - start)) s"
else
  status=$?
  echo "failed; the end of $log:"
  tail -n 40 "$log"
  exit "$status"
fi
