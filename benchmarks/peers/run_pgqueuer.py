"""PgQueuer over asyncpg, defaults: each job enqueues the next."""

import asyncio

import asyncpg
import race
from pgqueuer import AsyncpgDriver, Job, PgQueuer, Queries


async def fill(count: int) -> None:
    queries = Queries(AsyncpgDriver(await asyncpg.connect(race.url())))
    await queries.install()
    for first in range(0, count, 500):
        size = min(500, count - first)
        await queries.enqueue(["step"] * size, [b"1"] * size, [0] * size)


async def work() -> None:
    driver = AsyncpgDriver(await asyncpg.connect(race.url()))
    queue, queries = PgQueuer(driver), Queries(driver)

    @queue.entrypoint("step")
    async def step(job: Job) -> None:
        race.mark()
        nth = int(job.payload or b"1")
        if nth < race.STEPS:
            await queries.enqueue("step", b"%d" % (nth + 1))

    await queue.run()


if __name__ == "__main__":
    race.main(lambda count: asyncio.run(fill(count)), lambda: asyncio.run(work()))
