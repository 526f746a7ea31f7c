"""How many background works a cluster of two workers does.

    DATABASE_URL=postgres://... python -m benchmarks.works [--works 1000] [--waits 200]

Needs an empty database, and starts a cluster of its own. It prints works per second for
an array of `set` and `sql`, and how long works take that each wait a second on HTTP.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from django.core.management import call_command
from django.db import connection, transaction

from handlers.work.models import Work
from handlers.work.starting import start_work

ROOT = Path(__file__).resolve().parent.parent
#: The variable that the cluster reads, too.
ALLOWED = "WORKFLOWS_HTTP_ALLOWED_HOSTS"
NATIVE = [
    {"type": "set", "method": "a=1;b=@a"},
    {"type": "sql", "method": "select @b as c limit 1"},
]


class Slow(BaseHTTPRequestHandler):
    """Answers after a second."""

    def do_GET(self) -> None:
        threading.Event().wait(1)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Write no line for each request."""


class Server(ThreadingHTTPServer):
    """Takes many calls at once."""

    daemon_threads = True
    request_queue_size = 256


@contextmanager
def cluster() -> Iterator[None]:
    """Run a cluster of two workers for the length of a `with`."""
    with tempfile.TemporaryDirectory() as folder:
        variables = {**os.environ, "WORKERS": "2", "VAR_DIR": folder}
        variables[ALLOWED] = "127.0.0.1"
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "runcluster"], env=variables
        )
        try:
            yield
        finally:
            process.terminate()
            process.wait()


def await_all(count: int) -> float:
    """Wait until so many have succeeded; give the seconds since the first began."""
    start = time.perf_counter()
    while Work.objects.filter(state="succeeded").count() < count:
        if bad := Work.objects.filter(state__in=["failed", "retry"]).first():
            raise SystemExit(bad.reason)
        threading.Event().wait(0.02)
    return time.perf_counter() - start


def place(count: int, actions: list[dict[str, str]]) -> None:
    """Place works that nobody sees before all are there."""
    with transaction.atomic():
        for _number in range(count):
            start_work(actions)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--works", type=int, default=1000)
    parser.add_argument("--waits", type=int, default=200)
    asked = parser.parse_args()
    os.environ[ALLOWED] = "127.0.0.1"
    call_command("migrate", verbosity=0)
    server = Server(("127.0.0.1", 0), Slow)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with cluster():
        place(1, NATIVE)
        await_all(1)
        place(asked.works, NATIVE)
        took = await_all(asked.works + 1)
        print(
            f"{asked.works} works of set and sql: {asked.works / took:.0f} per second"
        )
        address = f"http://127.0.0.1:{server.server_address[1]}/"
        place(asked.waits, [{"type": "http", "method": f"GET {address}"}])
        took = await_all(asked.works + asked.waits + 1)
        print(f"{asked.waits} works that wait a second: {took:.1f} s")
    connection.close()


if __name__ == "__main__":
    main()
