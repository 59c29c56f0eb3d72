#!/usr/bin/env python3
"""`ember run --mesh`: rows that devices of one process share, or processes. Arguments: EMBER [LAUNCHER].

With a launcher, such as mpirun, this tests several processes; without one, one.
"""

import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

import ember_process

sys.path.append(str(pathlib.Path(__file__).parents[1] / "support"))
import rank_processes

EMBER = sys.argv[1]
LAUNCHER = sys.argv[2] if len(sys.argv) > 2 else None
HOST = re.escape(socket.gethostname())
# Much longer than any of it takes.
PATIENCE = 100

ECHO = """
steps: {a: {operator: ask, model: "sim:echo?latency=0.003&sigma=1", input: {query: row.q}}}
outputs: {answer: a.text}
"""
OPENAI = """
models: {m: {id: openai:m, retry: {max_attempts: 1}}}
steps: {a: {operator: ask, model: m, input: {query: row.q}}}
outputs: {answer: a.text}
"""


def some_rows(count):
    """Rows, among them ones that fail."""
    lines = [json.dumps({"id": i, "q": f"number {i}"} if i % 50 else {"id": i}) for i in range(count)]
    lines[7:7] = ["", "no row", json.dumps({"id": 3, "q": "again"})]
    return ("\n".join(lines) + "\n").encode()


class MeshTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def command(self, workflow, *options, ranks=0):
        file = self.folder / "flow.yaml"
        file.write_text(workflow)
        launch = [LAUNCHER, "-n", str(ranks)] if ranks else []
        return [*launch, EMBER, "run", str(file), "--quiet", *options]

    def run_on(self, workflow, data, *options, ranks=0, **changes):
        done = subprocess.run(self.command(workflow, *options, ranks=ranks), input=data, capture_output=True,
                              timeout=PATIENCE, env=ember_process.environment(**changes), check=False)
        return done.returncode, done.stdout, done.stderr.decode()

    def start(self, workflow, *options, ranks, **changes):
        process = subprocess.Popen(self.command(workflow, *options, ranks=ranks), stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   env=ember_process.environment(**rank_processes.PATIENT, **changes))
        for end in process.stderr.close, process.stdout.close, process.wait, process.terminate:
            self.addCleanup(end)
        return process


@unittest.skipIf(LAUNCHER, "tested without a launcher")
class OneProcess(MeshTest):
    def test_a_mesh_changes_nothing_that_is_written(self):
        data = some_rows(300)
        plain = self.run_on(ECHO, data)
        self.assertEqual(plain[0], 3)
        for mesh in "1", "3", "2x2", "2x2x2":
            self.assertEqual(self.run_on(ECHO, data, "--mesh", mesh)[:2], plain[:2], mesh)

    def test_meshes_that_are_none(self):
        for mesh in "2y2", "0", "", "2x":
            status, output, errors = self.run_on(ECHO, b"", "--mesh", mesh)
            self.assertEqual((status, output), (2, b""))
            self.assertIn(f"ember run: --mesh {mesh}: ", errors)

    def test_a_mesh_of_one_process_can_be_traced(self):
        trace = self.folder / "trace.json"
        self.assertEqual(self.run_on(ECHO, some_rows(20), "--mesh", "2", "--trace", str(trace))[0], 3)
        self.assertIn('"row 1"', trace.read_text())


@unittest.skipUnless(LAUNCHER, "needs a launcher of several processes")
class SeveralProcesses(MeshTest):
    def test_any_number_of_processes_writes_the_same(self):
        data = some_rows(400)
        plain = self.run_on(ECHO, data, "--expect", "answer=q")
        file = self.folder / "rows.jsonl"
        file.write_bytes(data)
        for ranks, mesh in (1, "1"), (2, "2"), (3, "3x1"), (4, "2x2"):
            status, output, errors = self.run_on(ECHO, b"", "--expect", "answer=q", "--mesh", mesh, "--input",
                                                 str(file), ranks=ranks)
            self.assertEqual((status, output), plain[:2], errors)
            self.assertEqual(errors.count("402 rows, 10 failed"), 1, errors)
            self.assertEqual(re.search("answer: .*", errors)[0], re.search("answer: .*", plain[2])[0])

    def test_rows_from_standard_input(self):
        data = some_rows(100)
        self.assertEqual(self.run_on(ECHO, data, "--mesh", "2", ranks=2)[:2], self.run_on(ECHO, data)[:2])

    def test_no_rows_and_few_rows(self):
        status, output, errors = self.run_on(ECHO, b"", "--mesh", "3", ranks=3)
        self.assertEqual((status, output, errors.count("no rows in")), (0, b"", 1))
        status, output, _ = self.run_on(ECHO, b'{"id": 1, "q": "x"}', "--mesh", "3", ranks=3)
        self.assertEqual((status, output), (0, b'{"id":1,"answer":"Echo: x"}\n'))

    def test_calls_of_all_processes_are_counted_and_limits_hold_for_all_together(self):
        data = "".join(json.dumps({"id": i, "q": f"number {i}"}) + "\n" for i in range(200)).encode()
        for bound, most in (("--rows-in-flight", 6), ("--max-workers", 6), ("--max-workers", 2)):
            with ember_process.SimulatedServer(EMBER, "--latency", "5ms") as server:
                status, output, errors = self.run_on(OPENAI, data, "--mesh", "4", bound, str(most), "--report",
                                                     ranks=4, OPENAI_BASE_URL=server.base_url)
                stats = server.stats()
            self.assertEqual((status, output.count(b"\n")), (0, 200), errors)
            self.assertIn("calls:      200 (0 failed), 200 attempts, 0 retries", errors)
            self.assertEqual((stats["requests"], stats["repeated"]), (200, 0))
            self.assertLessEqual(stats["peak_in_flight"], most, bound)

    def check_refused(self, reason, status, *options, ranks=4, workflow=ECHO):
        output = self.folder / "out.jsonl"
        output.write_text("kept")
        done = self.run_on(workflow, b'{"id": 1}', "--output", str(output), *options, ranks=ranks)
        self.assertEqual(done[0], status, done)
        self.assertEqual(done[2].count(reason), 1, done[2])
        self.assertEqual(output.read_text(), "kept")

    def test_misuse_is_told_once_and_ends_all(self):
        self.check_refused("--mesh 2x3: that is a mesh of 6 devices, but mpirun has started 4 processes", 2,
                           "--mesh", "2x3")
        self.check_refused("--mesh 2by2: expected lengths such as 4 or 2x2", 2, "--mesh", "2by2")
        self.check_refused("started as 4 processes, each of which would run all rows; --mesh 4 shares them", 2)
        self.check_refused("--trace records the calls of one process", 2, "--mesh", "4", "--trace",
                           str(self.folder / "trace.json"))
        self.check_refused("--bogus", 2, "--mesh", "4", "--bogus")
        self.check_refused("can not read 'no.jsonl'", 2, "--mesh", "2", "--input", "no.jsonl", ranks=2)
        self.check_refused("the workflow has mistakes", 2, "--mesh", "2", ranks=2, workflow="steps: 3")

    def test_a_full_disk_ends_all(self):
        status, _, errors = self.run_on(ECHO, some_rows(50), "--mesh", "3", "--output", "/dev/full", ranks=3)
        self.assertNotEqual(status, 0)
        self.assertEqual(errors.count("can not write to '/dev/full'"), 1, errors)

    def start_hanging(self, server, ranks):
        """Each rank has a call without an answer; further rows fail and so are finished. The ranks, by number."""
        rows = [{"id": i, "q": "x"} for i in range(ranks)] + [{"id": i} for i in range(ranks, ranks + 5)]
        file, self.output = self.folder / "rows.jsonl", self.folder / "out.jsonl"
        file.write_text("".join(json.dumps(row) + "\n" for row in rows))
        process = self.start(OPENAI, "--mesh", str(ranks), "--input", str(file), "--output", str(self.output),
                             ranks=ranks, OPENAI_BASE_URL=server.base_url)
        server.wait_for_requests(ranks)
        started = rank_processes.ranks_of(process.pid)
        self.assertEqual(sorted(started), list(range(ranks)))
        return process, started

    def check_ended(self, process, started):
        self.assertNotEqual(process.wait(timeout=PATIENCE), 0)
        errors = process.stderr.read().decode()
        self.assertEqual(rank_processes.left(started.values()), [], errors)
        return errors

    def written(self):
        return [json.loads(line)["id"] for line in self.output.read_text().splitlines()]

    def test_a_killed_process_is_named_with_its_rows(self):
        with ember_process.SilentServer() as server:
            process, started = self.start_hanging(server, 4)
            os.kill(started[2], signal.SIGKILL)
            errors = self.check_ended(process, started)
        self.assertRegex(errors, rf"ember run: rank 2 on host {HOST} died while it had row 3; all rows that were")
        self.assertEqual(self.written(), [4, 5, 6, 7, 8])

    def test_the_death_of_the_one_that_writes_ends_all(self):
        with ember_process.SilentServer() as server:
            process, started = self.start_hanging(server, 3)
            os.kill(started[0], signal.SIGKILL)
            self.check_ended(process, started)

    def test_an_interrupt_writes_what_had_finished(self):
        with ember_process.SilentServer() as server:
            process, started = self.start_hanging(server, 2)
            process.send_signal(signal.SIGINT)
            errors = self.check_ended(process, started)
        self.assertIn("stopped by a signal", errors)
        self.assertEqual(self.written(), [2, 3, 4, 5, 6])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
