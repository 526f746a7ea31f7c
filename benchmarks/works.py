"""How many background works a cluster of two workers does.

    DATABASE_URL=postgres://... python -m benchmarks.works [--rounds 3]

Works on a database of its own beside the named one, with a cluster of its own. Gives
works per second for an array of `set` and `sql`, and how long works take that each wait
a second on HTTP, as a table with the medians of the rounds.
"""

import argparse
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from django.db import connection, transaction

from benchmarks.clusters import clusters
from benchmarks.figures import Figure, Table
from benchmarks.places import Place, place
from benchmarks.waiting import clean_up_on_sigterm
from handlers.work.models import Work
from handlers.work.starting import start_work

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


def await_all(count: int) -> float:
    """Wait until so many have succeeded; give the seconds since the first began."""
    start = time.perf_counter()
    while Work.objects.filter(state="succeeded").count() < count:
        if bad := Work.objects.filter(state__in=["failed", "retry"]).first():
            raise SystemExit(bad.reason)
        threading.Event().wait(0.02)
    return time.perf_counter() - start


def begin(count: int, actions: list[dict[str, str]]) -> None:
    """Start works that nobody sees before all are there."""
    with transaction.atomic():
        for _number in range(count):
            start_work(actions)


def measure(here: Place, asked: argparse.Namespace, address: str, table: Table) -> None:
    """Run one round."""
    here.fresh()
    with clusters(here.folder, 2):
        begin(1, NATIVE)
        await_all(1)
        begin(asked.works, NATIVE)
        rate = asked.works / await_all(asked.works + 1)
        table.add(Figure(connection.vendor, "set and sql", rate, "works/s"))
        begin(asked.waits, [{"type": "http", "method": f"GET {address}"}])
        took = await_all(asked.works + asked.waits + 1)
        what = f"{asked.waits} works that wait a second each"
        table.add(Figure(connection.vendor, what, took, "s"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--works", type=int, default=1000)
    parser.add_argument("--waits", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    clean_up_on_sigterm()
    os.environ[ALLOWED] = "127.0.0.1"
    server = Server(("127.0.0.1", 0), Slow)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    table = Table()
    with place() as here:
        for _round in range(asked.rounds):
            address = f"http://127.0.0.1:{server.server_address[1]}/"
            measure(here, asked, address, table)
    print(table.markdown())


if __name__ == "__main__":
    main()
