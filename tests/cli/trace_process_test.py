#!/usr/bin/env python3
"""Traces that `ember run` writes, and pages that `ember trace` makes. Arguments: EMBER."""

import json
import pathlib
import re
import resource
import subprocess
import sys
import tempfile
import unittest

import ember_process
import trace_checks

EMBER = sys.argv[1]
WORKFLOW = """
models:
  slow: {id: "sim:echo?latency=0.002"}
  failing: {id: "sim:echo?fail=0.3&seed=7", retry: {max_attempts: 1}}
steps:
  panel: {operator: ensemble, model: slow, size: 3, input: {query: row.q}}
  risky: {operator: ask, model: failing, input: {query: row.q}}
  vote: {operator: most_common, input: {responses: panel.responses}}
  last: {operator: ask, model: slow, prompt: "{a} {b}", input: {a: vote.final_answer, b: risky.text}}
outputs: {answer: last.text}
"""


class TraceTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.trace = self.folder / "t.json"
        (self.folder / "flow.yaml").write_text(WORKFLOW)

    def ember(self, *arguments, rows=(), **options):
        text = "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows)
        return subprocess.run([EMBER, *arguments], cwd=self.folder, env=ember_process.environment(), input=text,
                              capture_output=True, text=True, check=False, timeout=120, **options)

    def run_rows(self, count, *options, **rest):
        return self.ember("run", "flow.yaml", "--quiet", *options,
                          rows=[{"id": i, "q": f"question {i}"} for i in range(count)], **rest)

    def check(self):
        if not trace_checks.has_jq():
            self.skipTest("there is no jq")
        self.assertEqual(list(trace_checks.problems(self.trace)), [])

    def test_hundreds_of_rows_at_once_keep_their_calls(self):
        done = self.run_rows(300, "--trace", "t.json", "--rows-in-flight", "100")
        self.assertEqual(done.returncode, 3, done.stderr)
        spans = trace_checks.spans(self.trace)
        self.assertIn(f"trace: {len(spans)} spans in t.json", done.stderr)
        rows = trace_checks.roots(spans)
        self.assertEqual(sorted(row["name"] for row in rows), sorted(f"row {i + 1}" for i in range(300)))
        self.assertIn("answer", done.stdout)
        for line, output in enumerate(done.stdout.splitlines(), 1):
            row = next(row for row in rows if row["name"] == f"row {line}")
            self.assertEqual("error" in row["args"], "error" in json.loads(output))
        for span in spans.values():
            top = span
            while "parent" in top["args"]:
                top = spans[top["args"]["parent"]]
            # The question is in the inputs of all that belongs to a row.
            self.assertIn(f"question {top['args']['inputs']['id']}", json.dumps(span["args"]["inputs"]))
        self.check()

    def test_usage_of_a_row_is_that_of_its_calls(self):
        self.run_rows(20, "--trace", "t.json", "--set", "models.failing.id=sim:echo")
        spans = trace_checks.spans(self.trace)
        for row in trace_checks.roots(spans):
            self.assertEqual(row["args"]["model_calls"], 5)
            inside = [span["args"] for span in spans.values() if span["args"].get("parent") == row["args"]["id"]]
            self.assertEqual(sum(span.get("model_calls", 0) for span in inside), 5)
            self.assertEqual(sum(span.get("tokens", {"total": 0})["total"] for span in inside),
                             row["args"]["tokens"]["total"])
        self.check()

    def test_max_workers_and_schedulers_keep_the_trace_whole(self):
        for options in (["--max-workers", "2"], ["--scheduler", "sequential"], ["--scheduler", "wave"], ["--timeout", "0.003"]):
            with self.subTest(options):
                self.run_rows(50, "--trace", "t.json", *options)
                self.assertEqual(len(trace_checks.roots(trace_checks.spans(self.trace))), 50)
                if options[0] != "--timeout":  # Calls that nobody waits for any more may end after their row.
                    self.check()

    def test_lines_that_are_no_rows_are_in_the_trace(self):
        self.ember("run", "flow.yaml", "--trace", "t.json", rows=["[1]", "{"])
        rows = trace_checks.roots(trace_checks.spans(self.trace))
        self.assertEqual([(row["name"], row["args"]["error"]["class"]) for row in rows],
                         [("row 1", "DataError"), ("row 2", "DataError")])
        self.check()

    def test_secrets_are_masked(self):
        self.ember("run", "flow.yaml", "--trace", "t.json",
                   rows=[{"id": 1, "q": "my key is sk-abcdefghijklmnopqrstuvwxyz", "api_key": "hush"}])
        text = self.trace.read_text()
        self.assertNotIn("sk-abc", text)
        self.assertNotIn("hush", text)
        self.assertIn("<masked>", text)

    def test_a_disk_that_fills_up_costs_the_trace_and_not_the_results(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))

        # Python ignores SIGXFSZ, and so does what it starts then.
        done = self.run_rows(1000, "--trace", "t.json", "--set", "models.failing.id=sim:echo", preexec_fn=limit,
                             restore_signals=False)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(len(done.stdout.splitlines()), 1000)
        self.assertIn("1000 rows, 0 failed", done.stderr)
        self.assertIn("ember run: can not write the trace to 't.json': File too large", done.stderr)
        # What was written before can be read.
        self.assertIn("The file ends in the middle", self.ember("trace", "t.json", "--summary").stdout)

    def test_the_page_stands_beside_the_trace_and_holds_it(self):
        self.run_rows(5, "--trace", "t.json")
        self.assertEqual(self.ember("trace", "t.json").returncode, 0)
        page = (self.folder / "t.html").read_text()
        data = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)[1])
        self.assertEqual(len(data["spans"]), len(trace_checks.spans(self.trace)))
        self.assertEqual(data["totals"]["roots"], 5)
        self.assertEqual(data["title"], "t.json")
        # To standard output it is the same page.
        self.assertEqual(self.ember("trace", "t.json", "-o", "-").stdout, page)

    def test_a_file_name_without_json_gets_html_too(self):
        self.run_rows(1, "--trace", "trace")
        self.assertEqual(self.ember("trace", "trace").returncode, 0)
        self.assertTrue((self.folder / "trace.html").is_file())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
