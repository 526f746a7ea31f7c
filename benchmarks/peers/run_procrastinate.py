"""Procrastinate, 10 jobs at once in each process: each job defers the next."""

import asyncio

import procrastinate
import race

app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=race.url()))


@app.task(name="step")
async def step(nth: int) -> None:
    race.mark()
    if nth < race.STEPS:
        await step.defer_async(nth=nth + 1)


async def fill(count: int) -> None:
    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        for first in range(0, count, 500):
            rows = [{"nth": 1}] * min(500, count - first)
            await step.batch_defer_async(*rows)


async def work() -> None:
    async with app.open_async():
        await app.run_worker_async(concurrency=10)


if __name__ == "__main__":
    race.main(lambda count: asyncio.run(fill(count)), lambda: asyncio.run(work()))
