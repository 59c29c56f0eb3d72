#!/usr/bin/env python3
"""The vote of four models over recorded answers to 663 problems gives exactly the known figures, over HTTP.

Arguments: EMBER EXAMPLES DATA. Exits 77, which ctest shows as skipped, when the data is not there.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

import ember_process

FIGURES = {"6b_finetuning": 132, "6b_verification": 248, "175b_finetuning": 231, "175b_verification": 364, "vote": 287}
ROWS = 663
CALLS = 4 * ROWS
SHORT_WAITS = ["--set", "models.*.retry.min_wait=0.01", "--set", "models.*.retry.max_wait=0.05",
               "--set", "models.*.retry.max_attempts=12"]

ember, examples, data = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])


def check(is_right, message):
    if not is_right:
        sys.exit(message)


def run(folder, name, *failures):
    """The output rows, the report and the statistics of the server."""
    output = pathlib.Path(folder, name)
    with ember_process.SimulatedServer(ember, "--recordings", str(data / "recordings.jsonl"), *failures) as server:
        done = subprocess.run(
            [ember, "run", str(examples / "gsm8k_vote.yaml"), "--input", str(data / "questions.jsonl"),
             "--output", str(output), "--quiet", "--report", "--expect", "answer", *SHORT_WAITS],
            env=ember_process.environment(OPENAI_BASE_URL=server.base_url), capture_output=True, text=True, check=False)
        print(done.stderr)
        check(done.returncode == 0, f"exit {done.returncode}")
        return output.read_text(), done.stderr, server.stats()


def check_rows(output):
    rows = [json.loads(line) for line in output.splitlines()]
    questions = [json.loads(line) for line in (data / "questions.jsonl").read_text().splitlines()]
    check(all(list(row) == ["id", *FIGURES] for row in rows), "other fields, or another order of them")
    check([row["id"] for row in rows] == [question["id"] for question in questions], "other rows, or another order of them")
    for field, expected in FIGURES.items():
        correct = sum(row[field] == question["answer"] for row, question in zip(rows, questions))
        check(correct == expected, f"{field}: {correct} correct, expected {expected}")


def main():
    if not (data / "recordings.jsonl").is_file():
        print(f"SKIPPED: there is no data in {data}; set EMBER_SHARED_DIR to the folder that has data/gsm8k")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        output, report, stats = run(folder, "plain.jsonl")
        check_rows(output)
        for field, expected in FIGURES.items():
            check(f"{field}: {expected}/{ROWS} correct" in report, f"the report lacks the accuracy of {field}")
        check(stats["requests"] == CALLS and stats["repeated"] == 0, f"not {CALLS} requests, each once: {stats}")
        check(stats["completions"] == {name: ROWS for name in sorted(FIGURES) if name != "vote"}, f"other calls: {stats}")
        again, report, stats = run(folder, "failing.jsonl", "--fail", "429=0.05,500=0.05")
        check(again == output, "failing calls change the answers")
        failures = stats["failures"]["429"] + stats["failures"]["500"]
        check(failures > 0 and stats["requests"] == CALLS + failures, f"not one request more for each failure: {stats}")
        check(stats["repeated"] == 0, f"calls were answered twice: {stats}")
        retries = int(re.search(r"(\d+) retries", report)[1])
        check(retries == failures, f"the report has {retries} retries, the server {failures} failures")
    print("the figures are right")
    return 0


if __name__ == "__main__":
    sys.exit(main())
