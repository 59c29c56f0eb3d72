#!/usr/bin/env python3
"""The trace of the vote over recorded answers adds up: every row, every call, every token, within the run's time.

Arguments: EMBER EXAMPLES DATA. Exits 77, which ctest shows as skipped, when the data or jq is not there.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

import ember_process
import trace_checks

ROWS = 663
CALLS = 4 * ROWS
STEPS = 6  # Four questions, the extraction, the vote.

ember, examples, data = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])


def check(is_right, message):
    if not is_right:
        sys.exit(message)


def run(folder):
    """The path of the trace, and what the run said."""
    trace = pathlib.Path(folder, "trace.json")
    with ember_process.SimulatedServer(ember, "--recordings", str(data / "recordings.jsonl")) as server:
        done = subprocess.run(
            [ember, "run", str(examples / "gsm8k_vote.yaml"), "--input", str(data / "questions.jsonl"),
             "--output", str(pathlib.Path(folder, "out.jsonl")), "--quiet", "--report", "--trace", str(trace)],
            env=ember_process.environment(OPENAI_BASE_URL=server.base_url), capture_output=True, text=True, check=False)
    print(done.stderr)
    check(done.returncode == 0, f"exit {done.returncode}")
    return trace, done.stderr


def check_sums(spans, report):
    rows = trace_checks.roots(spans)
    check(len(rows) == ROWS, f"{len(rows)} rows")
    check(len(spans) == ROWS * (1 + STEPS), f"{len(spans)} spans")
    asked = [span for span in spans.values() if "parent" in span["args"] and span["args"].get("model_calls")]
    check(len(asked) == CALLS, f"{len(asked)} calls with a model call")
    for calls in (rows, asked):
        check(sum(call["args"]["model_calls"] for call in calls) == CALLS, "the model calls do not add up")
        for kind, word in (("prompt", "in"), ("completion", "out")):
            total = sum(call["args"]["tokens"][kind] for call in calls)
            check(total == int(re.search(rf"(\d+) {word}\b", report)[1]), f"{total} {kind} tokens, other than the report")


def check_times(spans, report):
    wall = float(re.search(r"wall time: +([\d.]+) s", report)[1]) * 1e6
    rows = trace_checks.roots(spans)
    start = min(row["ts"] for row in rows)
    end = max(row["ts"] + row["dur"] for row in rows)
    check(0 <= start and end <= wall + 1000, f"the rows take {start} to {end} of {wall} microseconds")
    by_row = {row["args"]["id"]: [] for row in rows}
    for span in spans.values():
        if "parent" in span["args"]:
            by_row[span["args"]["parent"]].append(span)
    for row in rows:
        steps = by_row[row["args"]["id"]]
        check(len(steps) == STEPS, f"{row['name']} has {len(steps)} steps")
        # Questions at once, then the extraction, then the vote.
        asking = max(step["dur"] for step in steps if step["name"].startswith("ask_"))
        rest = sum(step["dur"] for step in steps if not step["name"].startswith("ask_"))
        check(asking + rest <= row["dur"], f"{row['name']} is shorter than its steps")


def main():
    if not (data / "recordings.jsonl").is_file():
        print(f"SKIPPED: there is no data in {data}; set EMBER_SHARED_DIR to the folder that has data/gsm8k")
        return 77
    if not trace_checks.has_jq():
        print("SKIPPED: there is no jq")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        trace, report = run(folder)
        for problem in trace_checks.problems(trace):
            sys.exit(problem)
        spans = trace_checks.spans(trace)
        check_sums(spans, report)
        check_times(spans, report)
    print("the trace adds up")
    return 0


if __name__ == "__main__":
    sys.exit(main())
