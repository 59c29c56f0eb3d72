"""What the tests of the `ember` command as a process share."""

import http.server
import json
import os
import subprocess
import threading
import urllib.request


def environment(**changes):
    kept = {k: v for k, v in os.environ.items()
            if not k.startswith(("OPENAI_", "ANTHROPIC_")) and not k.lower().endswith("_proxy")}
    return {**kept, "OPENAI_API_KEY": "test", **changes}


class SimulatedServer:
    """`ember simulate` on a free port, for a `with`."""

    def __init__(self, ember, *options):
        self.process = subprocess.Popen([ember, "simulate", "--port", "0", *options], stdout=subprocess.PIPE,
                                        env=environment())
        self.address = self.process.stdout.readline().decode().split()[-1]
        self.base_url = self.address + "/v1"

    def stats(self):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(self.address + "/stats") as reply:
            return json.load(reply)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


class SilentServer:
    """Takes requests and never answers; `wait_for_requests` returns when that many are here."""

    def __init__(self):
        arrived = self.arrived = threading.Semaphore(0)
        ended = self.ended = threading.Event()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                arrived.release()
                ended.wait()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.base_url = f"http://127.0.0.1:{self.server.server_port}/v1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait_for_requests(self, count):
        for _ in range(count):
            if not self.arrived.acquire(timeout=30):
                raise TimeoutError("the request did not come")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.server.shutdown()
        self.server.server_close()
