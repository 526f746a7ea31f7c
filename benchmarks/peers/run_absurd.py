"""Absurd, polled each 0.05 s, 50 tasks at once in each process: three steps each."""

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import race
from absurd_sdk import Absurd, AsyncAbsurd

QUEUE = "peer"


def enqueue(count: int) -> None:
    control = str(Path(sys.executable).with_name("absurdctl"))
    subprocess.run([control, "init", "--database", race.url()], check=True)
    app = Absurd(race.url(), queue_name=QUEUE)
    app.create_queue(QUEUE)
    for _ in range(count):
        app.spawn("three", {}, queue=QUEUE)


async def nothing() -> None:
    race.mark()


async def work() -> None:
    app = AsyncAbsurd(race.url(), queue_name=QUEUE)

    @app.register_task("three", queue=QUEUE)
    async def three(_params: Any, context: Any) -> None:
        for nth in range(race.STEPS):
            await context.step(f"step {nth}", nothing)

    await app.start_worker(concurrency=50, batch_size=50, poll_interval=0.05)


if __name__ == "__main__":
    race.main(enqueue, lambda: asyncio.run(work()))
