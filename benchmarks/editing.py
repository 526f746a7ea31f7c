"""How fast the editor is: until it can be used, and from a command to its picture.

    python -m benchmarks.editing [50 200 1000]

Starts gunicorn with one process on a database of its own, and Chromium without its
cache. `ready` is from the request of the page to the end of its scripts; `command`
from a key press to the changed page, with everything stored. `server CPU` and `browser
CPU` are what each took of the server's processes and of the page's main thread, which
other programs disturb less.
"""

import argparse
import gzip
import os
import shutil
import socket
import statistics
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import BrowserContext, CDPSession, Page, sync_playwright

from benchmarks.figures import Figure, Table
from benchmarks.places import place
from workflows import services
from workflows.poller import rest

ROUNDS, COMMANDS = 7, 40
SCRIPTS = Path(__file__).parent.parent / "workflows/static/workflows"
READY = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
COMMAND = """async (key) => {
    const editor = document.querySelector("wf-editor");
    const start = performance.now();
    await editor.command("toggle", { key });
    return performance.now() - start;
}"""


def definition(size: int) -> dict[str, Any]:
    """Write `size` nodes: in fours a calculation, a condition and its branches."""
    nodes: list[Any] = []
    for number in range(size // 4):
        earlier = f"{{{{ nodes.value_{number - 1} * 2 }}}}" if number else "{{ 1 }}"
        branches = {
            "yes": [_node(f"yes_{number}", "calculation", value="{{ now }}")],
            "no": [_node(f"no_{number}", "calculation", value="a text")],
        }
        asked = {
            "by": "expression",
            "expression": f"{{{{ nodes.value_{number} > 3 }}}}",
        }
        nodes += [
            _node(f"value_{number}", "calculation", value=earlier),
            {**_node(f"asked_{number}", "condition", **asked), "branches": branches},
        ]
    return {"schema": 1, "nodes": nodes}


def _node(key: str, kind: str, **config: Any) -> dict[str, Any]:
    return {"key": key, "type": kind, "title": f"Node {key}", "config": config}


@dataclass
class Server:
    """Where the pages are, and how much CPU time their processes have used."""

    address: str
    pid: int

    def used(self) -> float:
        """Give milliseconds; the system counts hundredths of a second."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text("ascii")
        stats = [Path(f"/proc/{pid}/stat").read_text() for pid in children.split()]
        ticks = [
            sum(map(int, each.rpartition(")")[2].split()[11:13])) for each in stats
        ]
        return 1000 * sum(ticks) / os.sysconf("SC_CLK_TCK")


@contextmanager
def server() -> Iterator[Server]:
    """Serve the pages until the end of the `with`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    arguments = ["-m", "gunicorn", "--bind", address, "--threads", "4"]
    process = subprocess.Popen(
        [sys.executable, *arguments, "--log-level", "error", "config.wsgi"],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "benchmarks.settings"},
    )
    try:
        _wait(f"http://{address}/healthz")
        yield Server(f"http://{address}", process.pid)
    finally:
        process.terminate()
        process.wait()


def _wait(address: str) -> None:
    while True:
        try:
            urllib.request.urlopen(address).close()  # noqa: S310 - our own
        except urllib.error.URLError:
            rest(0.1)
        else:
            return


@contextmanager
def browser(address: str, session: str) -> Iterator[BrowserContext]:
    """Start Chromium, logged in."""
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=arguments
        )
        context = chromium.new_context(base_url=address)
        context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
        yield context
        chromium.close()


def measure(page: Page, size: int, version: int, host: Server) -> Iterator[Figure]:
    what = f"{size} nodes"
    address = f"/admin/workflows/workflowversion/{version}/change/"
    used, times, tasks = host.used(), [], []
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    for _round in range(ROUNDS):
        page.goto(address)
        times.append(page.evaluate(READY))
        tasks.append(_tasks(session))
    yield Figure(what, "ready, median", statistics.median(times), "ms")
    yield Figure(what, "ready, server CPU", (host.used() - used) / ROUNDS, "ms")
    yield Figure(what, "ready, browser CPU", statistics.median(tasks), "ms")
    used, task = host.used(), _tasks(session)
    times = [page.evaluate(COMMAND, "value_0") for _round in range(COMMANDS)]
    yield Figure(what, "command, median", statistics.median(times), "ms")
    yield Figure(what, "command, p95", statistics.quantiles(times, n=20)[-1], "ms")
    yield Figure(what, "command, server CPU", (host.used() - used) / COMMANDS, "ms")
    spent = (_tasks(session) - task) / COMMANDS
    yield Figure(what, "command, browser CPU", spent, "ms")


def _tasks(session: CDPSession) -> float:
    """Give the CPU time of the page's main thread since it was opened."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    [seconds] = [each["value"] for each in metrics if each["name"] == "TaskDuration"]
    return float(1000 * seconds)


def script_size() -> float:
    """Add up what the editor loads of scripts, in KB gzipped one by one."""
    files = SCRIPTS.glob("editor/**/*.js")
    return sum(len(gzip.compress(file.read_bytes())) for file in files) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sizes", type=int, nargs="*", default=[50, 200, 1000])
    sizes = parser.parse_args().sizes
    table = Table()
    with place() as here:
        here.fresh()
        client = Client()
        client.force_login(User.objects.create_superuser("bench"))
        session = client.cookies["sessionid"].value
        versions = {
            size: services.create("B", "manual", definition=definition(size)).pk
            for size in sizes
        }
        with server() as host, browser(host.address, session) as context:
            for size, version in versions.items():
                for figure in measure(context.new_page(), size, version, host):
                    print(figure, flush=True)
                    table.add(figure)
    table.add(Figure("all", "scripts, gzipped", script_size(), "KB"))
    print(table.markdown())


if __name__ == "__main__":
    main()
