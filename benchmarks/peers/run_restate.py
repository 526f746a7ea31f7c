"""Restate: a server of its own, and its Python SDK in two processes."""

import asyncio
import json
import os
import socket
import sys
import urllib.request
from pathlib import Path

import race
import restate

three = restate.Service("three")
LOOPBACK = "127.0.0.1"
#: Requests that are on their way at once while the work is enqueued.
SENDERS = 20


async def step() -> str:
    race.mark()
    return "done"


@three.handler()
async def run(context: restate.Context, _number: int) -> None:
    for nth in range(race.STEPS):
        await context.run_typed(f"step {nth}", step)


app = restate.app([three])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def start_server() -> tuple[int, int]:
    """Start a server that ends with the group of this process; give its ports."""
    server = Path(os.environ["PEER_RESTATE"])
    if not server.exists():
        sys.exit("There is no restate-server; `make bench-peers` needs npm for it.")
    admin, ingress = free_port(), free_port()
    os.environ |= {
        "RESTATE_BASE_DIR": str(race.folder() / "restate"),
        "RESTATE_BIND_IP": LOOPBACK,
        "RESTATE_BIND_PORT": str(free_port()),
        "RESTATE_LISTEN_MODE": "tcp",
        "RESTATE_ADMIN__BIND_PORT": str(admin),
        "RESTATE_INGRESS__BIND_PORT": str(ingress),
        "RESTATE_DISABLE_TELEMETRY": "true",
        "RESTATE_LOG_FILTER": "warn",
    }
    race.spawn(str(server), "--no-logo")
    return admin, ingress


def serve() -> int:
    os.environ["PYTHONPATH"] = str(Path(__file__).parent)
    port = free_port()
    binding = f"{LOOPBACK}:{port}"
    command = ["-m", "hypercorn", "run_restate:app", "--bind", binding]
    race.spawn(sys.executable, *command, "--workers", str(race.WORKERS))
    race.wait_until(lambda: is_open(port))
    return port


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) == 0


def post(port: int, path: str, values: object) -> None:
    request = urllib.request.Request(
        f"http://{LOOPBACK}:{port}{path}",
        json.dumps(values).encode(),
        {"Content-Type": "application/json"},
    )
    urllib.request.urlopen(request, timeout=30).close()  # noqa: S310 - loopback


async def send_all(port: int, count: int) -> None:
    """Send as fast as it takes them; it works on the first meanwhile."""
    left = iter(range(count))

    async def sender() -> None:
        for number in left:
            await asyncio.to_thread(post, port, "/three/run/send", number)

    await asyncio.gather(*(sender() for _ in range(SENDERS)))


def main() -> None:
    count = int(sys.argv[2])
    admin, ingress = start_server()
    race.wait_until(lambda: is_open(admin) and is_open(ingress), 60)
    service = serve()
    uri = f"http://{LOOPBACK}:{service}"
    race.wait_until(lambda: deployed(admin, uri), 30)
    asyncio.run(send_all(ingress, count))
    race.finish(count)


def deployed(admin: int, uri: str) -> bool:
    try:
        post(admin, "/deployments", {"uri": uri})
    except OSError:
        return False
    return True


if __name__ == "__main__":
    main()
