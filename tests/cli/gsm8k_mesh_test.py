#!/usr/bin/env python3
"""Four processes write the same answers to 663 problems, byte for byte, as one; and what is finished when one is killed.

Arguments: EMBER EXAMPLES DATA LAUNCHER. Exits 77, which ctest shows as skipped, when the data is not there.
"""

import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

import ember_process

sys.path.append(str(pathlib.Path(__file__).parents[1] / "support"))
import rank_processes

ROWS = 663
ember, examples, data, launcher = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]), sys.argv[4]


def check(is_right, message):
    if not is_right:
        sys.exit(message)


def command(output, *options):
    return [ember, "run", str(examples / "gsm8k_vote.yaml"), "--input", str(data / "questions.jsonl"),
            "--output", str(output), "--quiet", "--report", "--expect", "answer", *options]


def server(*options):
    return ember_process.SimulatedServer(ember, "--recordings", str(data / "recordings.jsonl"), *options)


def run(output, *options, launch=()):
    with server() as there:
        done = subprocess.run([*launch, *command(output, *options)], capture_output=True, text=True, check=False,
                              env=ember_process.environment(OPENAI_BASE_URL=there.base_url))
        check(done.returncode == 0, f"exit {done.returncode}: {done.stderr}")
        stats = there.stats()
    check(stats["requests"] == 4 * ROWS and stats["repeated"] == 0, f"not each call once: {stats}")
    # Without what depends on time.
    counts = [line for line in done.stderr.splitlines() if re.match("calls|tokens|cost|.*correct", line)]
    return output.read_bytes(), counts


def check_killed(output, whole):
    with server("--latency", "60ms") as there:
        process = subprocess.Popen([launcher, "-n", "4", *command(output, "--mesh", "2x2", "--rows-in-flight", "16")],
                                   stderr=subprocess.PIPE, text=True,
                                   env=ember_process.environment(**rank_processes.PATIENT,
                                                                 OPENAI_BASE_URL=there.base_url))
        while not output.exists() or output.stat().st_size < 5000:
            check(process.poll() is None, "it ended before its time")
            time.sleep(0.01)
        os.kill(rank_processes.ranks_of(process.pid)[3], signal.SIGKILL)
        errors = process.communicate()[1]
        requests = there.stats()["requests"]
    check(process.returncode != 0, "exit 0 though a rank was killed")
    check(re.search(r"ember run: rank 3 on host \S+ died while it had rows? \d", errors), errors)
    lines, expected = output.read_bytes().splitlines(), iter(whole.splitlines())
    check(all(line in expected for line in lines), "not rows of the whole output in their order")
    check(requests < 4 * ROWS, "it was over before it was killed")
    print(f"killed after {len(lines)} rows: {errors.splitlines()[-1] if errors else ''}")


def main():
    if not (data / "recordings.jsonl").is_file():
        print(f"SKIPPED: there is no data in {data}; set EMBER_SHARED_DIR to the folder that has data/gsm8k")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        one, counts = run(pathlib.Path(folder, "one.jsonl"))
        four, counts_of_four = run(pathlib.Path(folder, "four.jsonl"), "--mesh", "2x2", launch=[launcher, "-n", "4"])
        check(one.count(b"\n") == ROWS, "not all rows")
        check(four == one, "four processes write something else than one")
        check(counts_of_four == counts, f"four processes count {counts_of_four}, one {counts}")
        here, _ = run(pathlib.Path(folder, "here.jsonl"), "--mesh", "2x2")
        check(here == one, "a mesh in one process writes something else")
        check_killed(pathlib.Path(folder, "killed.jsonl"), one)
    print("the same bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
