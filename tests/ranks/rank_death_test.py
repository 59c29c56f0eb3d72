#!/usr/bin/env python3
"""rank_death_test.py LAUNCHER PROGRAM: what is left to see when one of several processes ends before its time."""

import pathlib
import re
import socket
import subprocess
import sys
import unittest

sys.path.append(str(pathlib.Path(__file__).parents[1] / "support"))
import rank_processes

LAUNCHER, PROGRAM = sys.argv[1:3]
HOST = re.escape(socket.gethostname())
# Much longer than any of it takes.
PATIENCE = 60


def launch(ranks, *arguments):
    run = subprocess.run([LAUNCHER, "-n", str(ranks), PROGRAM, *arguments], stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, timeout=PATIENCE, check=False)
    run.stdout, run.stderr = run.stdout.decode(), run.stderr.decode()
    return run


class RankDeath(unittest.TestCase):
    def check_lost(self, run, text):
        self.assertNotEqual(run.returncode, 0, run)
        self.assertRegex(run.stderr, rf"rank 0 says: \[mesh\] {text}")

    def check_items(self, run, ranks):
        items = [int(item) for item in re.findall(r"^item (\d+) of", run.stdout, re.MULTILINE)]
        expected = [rank * 10 + i for rank in range(ranks) for i in range(5)]
        self.assertEqual(sorted(items), expected, "what was finished has arrived")
        processes = [int(process) for process in re.findall(r"of process (\d+)", run.stdout)]
        self.assertEqual(rank_processes.left(processes), [])

    def test_a_killed_rank_is_named_with_its_items(self):
        run = launch(3, "SIGKILL", "2")
        self.check_lost(run, rf"rank 2 on host {HOST} died while it had items 20-29")
        self.check_items(run, 3)

    def test_a_rank_that_aborts(self):
        run = launch(4, "SIGABRT", "1")
        self.check_lost(run, rf"rank 1 on host {HOST} died while it had items 10-19")
        self.check_items(run, 4)

    def test_the_death_of_rank_0_ends_all(self):
        run = launch(3, "SIGKILL", "0")
        self.assertNotEqual(run.returncode, 0)
        self.check_items(run, 3)

    def test_a_rank_that_exits_in_an_operator(self):
        self.check_lost(launch(2, "_exit"), rf"rank 1 on host {HOST} died while it had items 5-8")

    def test_a_rank_that_an_operator_kills(self):
        self.check_lost(launch(3, "kill_in_mesh"), rf"rank 1 on host {HOST} died while it had items 3-5")

    def test_a_rank_that_returns_from_main(self):
        # Items only where the others had begun before it was gone.
        self.check_lost(launch(3, "return"), rf"rank 1 on host {HOST} ended before the others( and leaves items 3-5)?\n")

    def test_an_exception_out_of_main(self):
        run = launch(3, "throw")
        self.assertNotEqual(run.returncode, 0)
        self.assertIn("nobody catches this", run.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
