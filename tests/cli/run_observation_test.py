#!/usr/bin/env python3
"""`ember run` as it is watched: metrics for Prometheus, traces for a collector. Arguments: EMBER."""

import http.server
import json
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.error
import urllib.request

import ember_process
import prometheus_text

EMBER = sys.argv[1]
WORKFLOW = """
models:
  m:
    id: openai:m
    retry: {max_attempts: 5, min_wait: 0.001, max_wait: 0.002}
    cost: {input_per_thousand: 0.1, output_per_thousand: 0.2}
steps:
  draft: {operator: ask, model: m, input: {query: row.q}}
  final: {operator: ask, model: m, input: {query: draft.text}}
outputs: {answer: final.text}
"""
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def rows(count):
    return "".join(json.dumps({"id": i, "q": f"number {i}"}) + "\n" for i in range(count)).encode()


class Collector:
    """An OpenTelemetry collector that accepts everything, for a `with`."""

    def __init__(self):
        requests = self.requests = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                requests.append((self.path, dict(self.headers), json.loads(body)))
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def spans(self):
        return [span for _, _, body in self.requests for resource in body["resourceSpans"]
                for scope in resource["scopeSpans"] for span in scope["spans"]]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class ObservationTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "flow.yaml").write_text(WORKFLOW)

    def command(self, *options):
        return [EMBER, "run", str(self.folder / "flow.yaml"), "--quiet", *options]

    def start(self, server, *options):
        process = subprocess.Popen(self.command(*options), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE,
                                   env=ember_process.environment(OPENAI_BASE_URL=server.base_url))
        for stream in (process.stdin, process.stdout, process.stderr):
            self.addCleanup(stream.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def run_on(self, data, *options, **changes):
        done = subprocess.run(self.command(*options), input=data, capture_output=True, timeout=100,
                              env=ember_process.environment(**changes), check=False)
        return done.returncode, done.stderr.decode()

    def metrics_url(self, process):
        line = process.stderr.readline().decode()
        self.assertRegex(line, r"^metrics: http://127\.0\.0\.1:\d+/metrics$")
        return line.split()[-1]

    def scrape(self, url):
        with OPENER.open(url, timeout=30) as reply:
            self.assertEqual(reply.headers["Content-Type"], "text/plain; version=0.0.4; charset=utf-8")
            return prometheus_text.read(reply.read().decode())

    def test_metrics_are_those_of_the_report(self):
        with ember_process.SimulatedServer(EMBER, "--seed", "3", "--fail", "503=0.2") as server:
            process = self.start(server, "--report", "--metrics-port", "0")
            url = self.metrics_url(process)
            before = self.scrape(url)
            process.stdin.write(rows(40) + b'{"id": 40}\n')
            process.stdin.flush()
            for _ in range(41):
                process.stdout.readline()
            after = self.scrape(url)
            process.stdin.close()
            self.assertEqual(process.wait(), 3)
            report = process.stderr.read().decode()

        def value(metric, **labels):
            return prometheus_text.value(after, metric, **labels)

        self.assertEqual(prometheus_text.value(before, "ember_rows_total", status="ok"), 0)
        self.assertEqual(value("ember_rows_total", status="ok"), 40)
        self.assertEqual(value("ember_rows_total", status="failed"), 1)
        self.assertEqual(value("ember_rows_in_flight"), 0)
        calls = re.search(r"calls: +(\d+) \((\d+) failed\), (\d+) attempts, (\d+) retries", report)
        calls, failed, attempts, retries = map(int, calls.groups())
        self.assertGreater(retries, 0)
        model = {"model": "openai:m"}
        self.assertEqual(value("ember_model_calls_total", status="ok", **model), calls - failed)
        self.assertEqual(value("ember_model_calls_total", status="failed", **model), failed)
        self.assertEqual(value("ember_model_attempts_total", **model), attempts)
        self.assertEqual(value("ember_model_retries_total", **model), retries)
        tokens = re.search(r"tokens: +(\d+) in, (\d+) out", report)
        self.assertEqual(value("ember_model_tokens_total", kind="prompt", **model), int(tokens[1]))
        self.assertEqual(value("ember_model_tokens_total", kind="completion", **model), int(tokens[2]))
        cost = float(re.search(r"cost: +\$([\d.]+)", report)[1])
        self.assertAlmostEqual(value("ember_model_cost_usd_total", **model), cost, places=6)
        self.assertEqual(value("ember_model_call_seconds_count", **model), calls)
        self.assertEqual(value("ember_step_seconds_count", step="draft"), 40)
        self.assertEqual(value("ember_step_seconds_count", step="final"), 40)
        self.assertGreater(value("process_start_time_seconds"), 1.5e9)
        build = [labels for (name, labels), number in after.items() if name == "ember_build_info" and number == 1]
        version = subprocess.run([EMBER, "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
        self.assertEqual(build, [frozenset({("version", version)})])

    def test_rows_in_flight_are_seen_while_they_run(self):
        with ember_process.SilentServer() as server:
            process = self.start(server, "--metrics-port", "0")
            url = self.metrics_url(process)
            process.stdin.write(rows(3))
            process.stdin.flush()
            server.wait_for_requests(3)
            # The requests are there a little before the rows are counted.
            for _ in range(10000):
                in_flight = prometheus_text.value(self.scrape(url), "ember_rows_in_flight")
                if in_flight == 3:
                    break
            self.assertEqual(in_flight, 3)
            process.kill()

    def test_other_requests_are_answered_and_others_still_served(self):
        with ember_process.SimulatedServer(EMBER) as server:
            process = self.start(server, "--metrics-port", "0")
            url = self.metrics_url(process)
            root = url.removesuffix("metrics")
            port = int(re.search(r":(\d+)/", url)[1])
            with OPENER.open(root, timeout=30) as reply:
                self.assertIn(b"/metrics", reply.read())
            with OPENER.open(url + "?name=x", timeout=30) as reply:
                self.assertIn(b"ember_rows_total", reply.read())
            head = urllib.request.Request(url, method="HEAD")
            with OPENER.open(head, timeout=30) as reply:
                self.assertGreater(int(reply.headers["Content-Length"]), 100)
                self.assertEqual(reply.read(), b"")
            for path, method, status in (("nothing", "GET", 404), ("metrics/x", "GET", 404), ("metrics", "POST", 405)):
                request = urllib.request.Request(root + path, method=method, data=b"" if method == "POST" else None)
                with self.assertRaises(urllib.error.HTTPError) as caught:
                    OPENER.open(request, timeout=30)
                self.assertEqual(caught.exception.code, status)
                caught.exception.close()
            # One that says nothing, one that says nonsense: others are served all the same.
            with socket.create_connection(("127.0.0.1", port)), \
                    socket.create_connection(("127.0.0.1", port)) as nonsense:
                nonsense.sendall(b"\x00\x01 nonsense\r\n\r\n")
                self.scrape(url)
            process.stdin.close()
            self.assertEqual(process.wait(), 0)
            with self.assertRaises(OSError):
                socket.create_connection(("127.0.0.1", port)).close()

    def test_addresses_and_ports_that_can_not_be_used(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            status, errors = self.run_on(b"", "--metrics-port", port)
            self.assertEqual(status, 1)
            self.assertIn(f"127.0.0.1:{port}", errors)
        status, errors = self.run_on(b"", "--metrics-port", "0", "--metrics-address", "here")
        self.assertEqual(status, 2)
        self.assertIn("'here'", errors)
        self.assertEqual(self.run_on(b"", "--metrics-port", "70000")[0], 2)

    def test_a_collector_gets_each_row_as_a_trace(self):
        with Collector() as collector, ember_process.SimulatedServer(EMBER, "--latency", "5ms") as server:
            status, errors = self.run_on(
                rows(200), "--rows-in-flight", "100", "--otlp", collector.url, OPENAI_BASE_URL=server.base_url,
                OTEL_EXPORTER_OTLP_HEADERS="x-key=of%20tea,x-other = b", OTEL_SERVICE_NAME="tea")
            self.assertEqual(status, 0, errors)
            spans = collector.spans()
            path, headers, body = collector.requests[0]
        self.assertRegex(errors, rf"trace: {len(spans)} spans sent to 127\.0\.0\.1:\d+\n")
        self.assertEqual(path, "/v1/traces")
        self.assertEqual((headers["x-key"], headers["x-other"]), ("of tea", "b"))
        attributes = body["resourceSpans"][0]["resource"]["attributes"]
        self.assertIn({"key": "service.name", "value": {"stringValue": "tea"}}, attributes)
        by_id = {span["spanId"]: span for span in spans}
        self.assertEqual(len(by_id), len(spans))
        roots = [span for span in spans if "parentSpanId" not in span]
        self.assertEqual(sorted(span["name"] for span in roots), sorted(f"row {i}" for i in range(1, 201)))
        self.assertEqual(len({span["traceId"] for span in roots}), 200)
        for span in spans:
            parent = by_id.get(span.get("parentSpanId"), span)
            self.assertEqual(parent["traceId"], span["traceId"])
            self.assertLessEqual(int(parent["startTimeUnixNano"]), int(span["startTimeUnixNano"]))
        for name in ("draft", "final"):
            self.assertEqual(sum(span["name"] == name for span in spans), 200)

    def test_a_file_and_a_collector_get_the_same_calls(self):
        file = self.folder / "trace.json"
        with Collector() as collector, ember_process.SimulatedServer(EMBER) as server:
            status, errors = self.run_on(rows(5), "--otlp", collector.url, "--trace", str(file),
                                         OPENAI_BASE_URL=server.base_url)
            self.assertEqual(status, 0, errors)
        written, sent = re.search(r"trace: (\d+) spans in", errors)[1], re.search(r"trace: (\d+) spans sent", errors)[1]
        self.assertEqual(written, sent)
        self.assertEqual(int(sent), len(collector.spans()))

    def test_a_collector_that_is_not_there_costs_no_rows(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        with ember_process.SimulatedServer(EMBER) as server:
            status, errors = self.run_on(rows(3), "--otlp", f"http://127.0.0.1:{port}",
                                         OPENAI_BASE_URL=server.base_url)
        self.assertEqual(status, 0, errors)
        self.assertIn(f"127.0.0.1:{port}", errors)
        self.assertRegex(errors, r"trace: 0 spans sent to .*, \d+ (failed|dropped)")

    def test_collectors_and_headers_that_make_no_sense(self):
        status, errors = self.run_on(b"", "--otlp", "localhost:4318")
        self.assertEqual(status, 2)
        self.assertIn("not an http or https URL", errors)
        for headers in ("secret", "=secret", "a b=secret", "a=secret%0d%0ab: c"):
            status, errors = self.run_on(b"", "--otlp", "http://localhost", OTEL_EXPORTER_OTLP_HEADERS=headers)
            self.assertEqual(status, 2)
            self.assertNotIn("secret", errors)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
