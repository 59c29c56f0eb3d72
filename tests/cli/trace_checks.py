"""What holds for every trace file, checked by jq: a reader that is not ours."""

import json
import shutil
import subprocess

# The Trace Event Format: https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
FIELDS = """
[.traceEvents[] | select(
  (.ph | IN("X", "M") | not) or (.name | type != "string") or (.pid | type != "number")
  or (.ph == "X" and ([.ts, .dur, .tid, .args.id, .args.thread] | map(type) | unique != ["number"]))
  or (.ph == "X" and (.dur < 0 or (.cat | IN("operator", "span") | not) or (.args | has("inputs") | not)))
  or (.ph == "X" and (.args | has("error") == has("outputs")))
  or (.ph == "X" and (.args.error != null and ([.args.error.class, .args.error.message] | map(type) | unique != ["string"]))))]
| length"""
# Times in whole nanoseconds.
SPANS = """[.traceEvents[] | select(.ph == "X")
  | {id: .args.id, parent: .args.parent, tid, start: (.ts * 1000 | round), end: (.ts * 1000 + .dur * 1000 | round)}]"""
REPEATED_IDS = SPANS + " | length - (map(.id) | unique | length)"
PARENTS = SPANS + """ | . as $spans | (map({key: (.id | tostring), value: .}) | from_entries) as $by_id
  | [$spans[] | select(.parent != null) | select($by_id[.parent | tostring] as $outer
      | $outer == null or $outer.start > .start or $outer.end < .end)] | length"""
NESTING = SPANS + """ | group_by(.tid) | map(sort_by(.start, -.end)
    | reduce .[] as $span ({open: [], bad: 0};
        .open |= map(select(. > $span.start))
        | if any(.open[]; . < $span.end) then .bad += 1 else . end
        | .open += [$span.end])
    | .bad) | add // 0"""
NAMED_TRACKS = """([.traceEvents[] | select(.ph == "X") | .tid] | unique)
  - [.traceEvents[] | select(.ph == "M" and .name == "thread_name") | .tid] | length"""

CHECKS = {
    "events lack fields that the format or `ember trace` wants": FIELDS,
    "ids stand twice": REPEATED_IDS,
    "spans have no parent of their number, or are not within its time": PARENTS,
    "spans of a track overlap without being nested": NESTING,
    "tracks have no name": NAMED_TRACKS,
}


def has_jq():
    return shutil.which("jq") is not None


def problems(path):
    """What is wrong with the trace file, in lines."""
    for problem, program in CHECKS.items():
        done = subprocess.run(["jq", program, str(path)], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            yield f"jq can not read {path}: {done.stderr}"
        elif done.stdout.strip() != "0":
            yield f"{done.stdout.strip()} {problem}"


def spans(path):
    """The complete events, by their number."""
    with open(path, encoding="utf-8") as file:
        return {event["args"]["id"]: event for event in json.load(file)["traceEvents"] if event["ph"] == "X"}


def roots(all_spans):
    return [span for span in all_spans.values() if "parent" not in span["args"]]
