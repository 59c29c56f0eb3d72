#!/usr/bin/env python3
"""`ember run` as a process: streams, signals, full disks, large inputs. Arguments: EMBER SANITIZERS."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

import ember_process

EMBER = sys.argv[1]
SANITIZERS = sys.argv[2] if len(sys.argv) > 2 else ""

ECHO = """
steps: {a: {operator: ask, model: "sim:echo", input: {query: row.q}}}
outputs: {answer: a.text}
"""
OPENAI = """
models: {m: {id: openai:m, retry: {max_attempts: 1}}}
steps: {a: {operator: ask, model: m, input: {query: row.q}}}
outputs: {answer: a.text}
"""


class RunTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def command(self, workflow, *options):
        file = self.folder / "flow.yaml"
        file.write_text(workflow)
        return [EMBER, "run", str(file), "--quiet", *options]

    def run_on(self, workflow, data, *options, **changes):
        """The exit status, the output rows and the errors of a run on `data`."""
        done = subprocess.run(self.command(workflow, *options), input=data, capture_output=True, timeout=100,
                              env=ember_process.environment(**changes), check=False)
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr.decode()

    def start(self, workflow, *options, **changes):
        process = subprocess.Popen(self.command(workflow, *options), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env=ember_process.environment(**changes))
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stdin.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def send(self, process, *rows):
        for row in rows:
            process.stdin.write(json.dumps(row).encode() + b"\n")
        process.stdin.flush()

    def test_rows_keep_their_order_when_they_finish_in_another(self):
        data = "".join(json.dumps({"id": i, "q": f"number {i}"}) + "\n" for i in range(600))
        workflow = ECHO.replace("sim:echo", "sim:echo?latency=0.005&sigma=1")
        status, rows, _ = self.run_on(workflow, data.encode(), "--rows-in-flight", "50")
        self.assertEqual(status, 0)
        self.assertEqual(rows, [{"id": i, "answer": f"Echo: number {i}"} for i in range(600)])

    def test_a_finished_row_is_written_before_the_next_comes(self):
        process = self.start(ECHO)
        for i in range(3):
            self.send(process, {"id": i, "q": "x"})
            self.assertEqual(json.loads(process.stdout.readline())["id"], i)
        process.stdin.close()
        self.assertEqual(process.wait(), 0)

    def stop_with(self, number):
        with ember_process.SilentServer() as server:
            process = self.start(OPENAI, OPENAI_BASE_URL=server.base_url)
            self.send(process, {"id": 0}, {"id": 1, "q": "x"}, {"id": 2}, {"id": 3, "q": "x"})
            server.wait_for_requests(2)
            process.send_signal(number)
            status = process.wait(timeout=30)
            return status, [json.loads(line)["id"] for line in process.stdout], process.stderr.read().decode()

    def test_an_interrupt_stops_calls_and_writes_what_had_finished(self):
        status, ids, errors = self.stop_with(signal.SIGINT)
        self.assertEqual((status, ids), (130, [0, 2]))
        self.assertIn("2 rows, 2 failed", errors)
        self.assertIn("stopped by a signal", errors)

    def test_termination_is_the_same_with_another_status(self):
        status, ids, _ = self.stop_with(signal.SIGTERM)
        self.assertEqual((status, ids), (143, [0, 2]))

    def test_an_interrupt_while_waiting_for_input_ends_the_run(self):
        process = self.start(ECHO)
        self.send(process, {"id": 0, "q": "x"})
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=30), 130)

    def test_a_full_disk_is_told(self):
        status, _, errors = self.run_on(ECHO, b'{"id": 1, "q": "x"}\n' * 3, "--output", "/dev/full")
        self.assertEqual(status, 1)
        self.assertIn("can not write to '/dev/full': No space left on device (0 rows were written)", errors)

    def test_a_closed_pipe_is_told_and_stops_calls(self):
        with ember_process.SilentServer() as server:
            process = self.start(OPENAI, OPENAI_BASE_URL=server.base_url)
            self.send(process, {"id": 0, "q": "x"})
            server.wait_for_requests(1)
            process.stdout.close()
            process.send_signal(signal.SIGINT)
            self.assertEqual(process.wait(timeout=30), 130)
        process = self.start(ECHO)
        process.stdout.close()
        self.send(process, {"id": 0, "q": "x"})
        self.assertEqual(process.wait(timeout=30), 1)
        self.assertIn("can not write to standard output: Broken pipe", process.stderr.read().decode())

    def test_line_ends_byte_order_marks_and_blank_lines(self):
        data = b'\xef\xbb\xbf{"id": 1, "q": "a"}\r\n\r\n  \n{"id": 2, "q": "b"}\r\n{"id": 3, "q": "c"}'
        status, rows, _ = self.run_on(ECHO, data)
        self.assertEqual(status, 0)
        self.assertEqual([row["answer"] for row in rows], ["Echo: a", "Echo: b", "Echo: c"])

    def test_text_that_is_no_utf8_fails_its_row(self):
        status, rows, _ = self.run_on(ECHO, b'{"id": 1, "q": "\xff"}\n{"id": 2, "q": "b"}\n')
        self.assertEqual(status, 3)
        self.assertIn("line 1 is not JSON: ", rows[0]["error"]["message"])
        self.assertEqual(rows[1]["answer"], "Echo: b")

    def test_a_line_of_50_megabytes(self):
        workflow = 'steps: {a: {operator: extract, pattern: "^(x)", input: {text: row.q}}}\noutputs: {answer: a.answer}\n'
        data = b'{"id": 1, "q": "' + b"x" * 50_000_000 + b'"}\n{"id": 2, "q": "x"}\n'
        status, rows, errors = self.run_on(workflow, data)
        self.assertEqual(status, 0, errors)
        self.assertEqual(rows, [{"id": 1, "answer": "x"}, {"id": 2, "answer": "x"}])

    def peak_memory(self, count):
        file = self.folder / f"{count}.jsonl"
        with file.open("w") as rows:
            for i in range(count):
                rows.write(json.dumps({"id": i, "q": "x", "more": "y" * 4000}) + "\n")
        process = subprocess.Popen(self.command(ECHO, "--input", str(file), "--output", str(self.folder / "out")),
                                   env=ember_process.environment(), stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 0)
        self.assertEqual((self.folder / "out").read_bytes().count(b"\n"), count)
        return usage.ru_maxrss * 1024

    @unittest.skipIf(SANITIZERS, "sanitizers keep memory")
    def test_memory_does_not_grow_with_the_file(self):
        # 60 MB more input; what is in flight and a few bytes for each id may come on top.
        self.assertLess(self.peak_memory(17_000) - self.peak_memory(2_000), 15_000_000)

    def test_an_unreachable_server_fails_the_row(self):
        status, rows, _ = self.run_on(OPENAI, b'{"id": 1, "q": "x"}\n', OPENAI_BASE_URL="http://127.0.0.1:1/v1")
        self.assertEqual(status, 3)
        self.assertEqual(rows[0]["error"]["type"], "ProviderAPIError")
        self.assertEqual(rows[0]["error"]["path"], "a")

    def test_a_missing_key_fails_the_row(self):
        file = self.folder / "rows.jsonl"
        file.write_bytes(b'{"id": 1, "q": "x"}\n')
        command = self.command(OPENAI, "--input", str(file))
        variables = ember_process.environment()
        del variables["OPENAI_API_KEY"]
        done = subprocess.run(command, capture_output=True, env=variables, timeout=60, check=False)
        self.assertEqual(done.returncode, 3)
        error = json.loads(done.stdout)["error"]
        self.assertEqual(error["type"], "ProviderConfigError")
        self.assertIn("OPENAI_API_KEY", error["message"])

    def test_a_server_that_hangs_ends_at_the_timeout_of_the_row(self):
        with ember_process.SilentServer() as server:
            status, rows, _ = self.run_on(OPENAI, b'{"id": 1, "q": "x"}\n', "--timeout", "0.2",
                                          OPENAI_BASE_URL=server.base_url)
        self.assertEqual(status, 3)
        self.assertEqual(rows[0]["error"]["type"], "ExecutionTimeoutError")

    def test_max_workers_bounds_the_calls_of_all_rows_together(self):
        panel = OPENAI.replace("ask,", "ensemble, size: 2,").replace("a.text", "a.responses")
        for workflow, workers in ((OPENAI, 3), (OPENAI, 1), (panel, 3)):
            with ember_process.SimulatedServer(EMBER, "--latency", "5ms") as server:
                data = "".join(json.dumps({"id": i, "q": str(i)}) + "\n" for i in range(40)).encode()
                status, _, errors = self.run_on(workflow, data, "--max-workers", str(workers),
                                                OPENAI_BASE_URL=server.base_url)
                self.assertEqual(status, 0, errors)
                self.assertEqual(server.stats()["peak_in_flight"], workers)

    def test_rows_in_flight_bounds_the_rows(self):
        with ember_process.SimulatedServer(EMBER, "--latency", "5ms") as server:
            data = "".join(json.dumps({"id": i, "q": str(i)}) + "\n" for i in range(40)).encode()
            status, _, errors = self.run_on(OPENAI, data, "--rows-in-flight", "4", OPENAI_BASE_URL=server.base_url)
            self.assertEqual(status, 0, errors)
            self.assertEqual(server.stats()["peak_in_flight"], 4)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
