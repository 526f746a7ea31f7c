"""W4: HTTP calls of 50 ms, and a cheap workflow that comes behind them."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.engine.bench import Bench, Workload
from benchmarks.engine.throughput import warm_up
from benchmarks.executions import (
    Node,
    await_end,
    chain,
    first_starts,
    seconds_of,
    start,
    workflow,
)
from benchmarks.figures import Figure
from workflows.models import Execution

#: Seconds that the server takes for an answer.
SLOWNESS = 0.05
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


class SlowServer:
    """Answers any request after a while; counts how many it has at once."""

    def __init__(self) -> None:
        self.port = 0
        self.now = self.most = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._ended = asyncio.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join()

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._answer, "127.0.0.1", 0, backlog=1_000)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        async with server:
            await self._ended.wait()

    async def _answer(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(SLOWNESS)
        self.now -= 1
        writer.write(_ANSWER)
        await writer.drain()
        writer.close()


@contextmanager
def slow_server() -> Iterator[SlowServer]:
    server = SlowServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()


def call(port: int) -> Node:
    config = {"method": "GET", "url": f"http://127.0.0.1:{port}/"}
    return {"key": "call", "type": "http", "config": config}


def w4(bench: Bench, count: int) -> Iterator[Figure]:
    bench.place.fresh()
    with slow_server() as server, bench.clusters() as running:
        slow, cheap = workflow([call(server.port)]), workflow(chain(1))
        warm_up(running)
        start(slow, count)
        [behind] = start(cheap, 1)
        await_end(running, count + 1)
        flying = server.most / bench.workers
    row = Execution.objects.get(pk=behind)
    delay = (first_starts([behind])[0] - row.created_at).total_seconds() * 1000
    yield Figure("W4", f"{count} calls of 50 ms at once", seconds_of(slow), "s")
    yield Figure("W4", "calls in flight per worker", flying)
    yield Figure("W4", f"a cheap workflow behind {count} slow ones", delay, "ms")


OUTSIDE = (Workload("W4", "200 HTTP calls of 50 ms at once", 200, w4),)
