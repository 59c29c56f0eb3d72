#!/usr/bin/env python3
"""What each execution option does to `ember run`: every test fails when its option is ignored. Arguments: EMBER."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

EMBER = sys.argv[1]
# Two steps that do not need each other, and one that needs both. The first two can be seen to overlap.
WORKFLOW = """
steps:
  a: {operator: ask, model: "sim:echo?latency=0.2", input: {query: row.q}}
  b: {operator: ask, model: "sim:echo?latency=0.2", input: {query: row.q}}
  c: {operator: ask, model: "sim:echo", prompt: "{x}{y}", input: {x: a.text, y: b.text}}
outputs: {answer: c.text}
"""
# The first step fails, the second does not depend on it.
FAILING = """
models: {broken: {id: "sim:echo?fail=1", retry: {max_attempts: 1}}}
steps:
  a: {operator: ask, model: broken, input: {query: row.q}}
  b: {operator: ask, model: "sim:echo", input: {query: row.q}}
outputs: {first: a.text, second: b.text}
"""


class Options(unittest.TestCase):
    def run_ember(self, *options, workflow=WORKFLOW, rows=1, trace=False, flags=()):
        """The finished process, and the records of the calls when `trace`."""
        with tempfile.TemporaryDirectory() as folder:
            flow, file = pathlib.Path(folder, "flow.yaml"), pathlib.Path(folder, "trace.json")
            flow.write_text(workflow)
            command = [EMBER, "run", str(flow), "--quiet", *flags]
            for option in options:
                command += ["--option", option]
            if trace:
                command += ["--trace", str(file)]
            done = subprocess.run(command, input='{"q": "same"}\n' * rows, capture_output=True, text=True, timeout=60,
                                  check=False)
            calls = {}
            if trace:
                for event in json.loads(file.read_text())["traceEvents"]:
                    if event["ph"] == "X" and event["cat"] == "operator":
                        calls[event["name"]] = event
            return done, calls

    def overlaps(self, *options):
        done, calls = self.run_ember(*options, trace=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        first, second = sorted((calls["a"], calls["b"]), key=lambda call: call["ts"])
        return second["ts"] < first["ts"] + first["dur"]

    def test_independent_steps_overlap_without_options(self):
        self.assertTrue(self.overlaps())

    def test_use_parallel(self):
        self.assertFalse(self.overlaps("use_parallel=false"))

    def test_max_workers(self):
        self.assertFalse(self.overlaps("max_workers=1"))
        self.assertTrue(self.overlaps("max_workers=2"))

    def test_scheduler(self):
        self.assertFalse(self.overlaps("scheduler=sequential"))
        self.assertTrue(self.overlaps("scheduler=WAVE"))

    def test_timeout_seconds(self):
        done, _ = self.run_ember("timeout_seconds=0.05")
        self.assertEqual(done.returncode, 3)
        self.assertEqual(json.loads(done.stdout)["error"]["code"], 5005)

    def test_enable_caching(self):
        sequential = ("--rows-in-flight", "1", "--report")
        done, _ = self.run_ember(rows=4, flags=sequential)
        self.assertIn("calls:      12 (0 failed)", done.stderr)
        cached, _ = self.run_ember("enable_caching=true", rows=4, flags=sequential)
        self.assertIn("calls:      3 (0 failed)", cached.stderr)
        self.assertEqual(cached.stdout, done.stdout)

    def test_collect_metrics(self):
        done, _ = self.run_ember("collect_metrics=true")
        self.assertIn("critical:", done.stderr)
        self.assertNotIn("critical:", self.run_ember()[0].stderr)

    def test_trace_execution_points_to_the_flag(self):
        done, _ = self.run_ember("trace_execution=true")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--trace FILE", done.stderr)

    def test_device_strategy(self):
        # The GPU with that number exists nowhere.
        done, calls = self.run_ember("device_strategy=gpu:999", trace=True, rows=3)
        self.assertEqual(done.stderr.count("device_strategy 'gpu:999': no such device here"), 1, done.stderr)
        self.assertEqual(calls["a"]["args"]["device"], "cpu")

    def test_fail_fast(self):
        for value, is_called in (("true", False), ("false", True)):
            done, calls = self.run_ember(f"fail_fast={value}", "use_parallel=false", workflow=FAILING, trace=True)
            self.assertEqual(done.returncode, 3)
            self.assertEqual("b" in calls, is_called, value)

    def test_debug(self):
        done, _ = self.run_ember("debug=true")
        self.assertIn("ember run: a: started", done.stderr)
        self.assertNotIn("started", self.run_ember()[0].stderr)

    def test_executor(self):
        # Each call that is under way holds a thread of its own.
        _, calls = self.run_ember("executor=thread", trace=True)
        self.assertNotEqual(calls["a"]["args"]["thread"], calls["b"]["args"]["thread"])

    def test_mistakes(self):
        for options, message in (
                (("zeta=1", "alpha=2"), "Invalid execution options: alpha, zeta"),
                (("max_workers=0",), "max_workers: expected an integer of at least 1, got 0"),
                (("max_workers=2", "max_workers=3"), "execution option 'max_workers' is given twice"),
                (("scheduler=bogus",), "unknown scheduler 'bogus'"),
                (("debug",), "expected NAME=VALUE"),
                (("timeout_seconds=-1",), "timeout_seconds")):
            done, _ = self.run_ember(*options)
            self.assertEqual(done.returncode, 2, options)
            self.assertIn(message, done.stderr)
        done, _ = self.run_ember("max_workers=2", flags=("--max-workers", "3"))
        self.assertIn("execution option 'max_workers' is given twice", done.stderr)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]])
