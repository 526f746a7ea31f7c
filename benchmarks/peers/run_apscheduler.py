"""APScheduler 3: so many cron jobs of one second, and how late each begins."""

import json
import os
import sys
import time
from datetime import UTC, datetime, timedelta

import race
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

THREADS = 20


def job(_number: int) -> None:
    race.mark()


def store() -> MemoryJobStore | SQLAlchemyJobStore:
    if os.environ["PEER_STORE"] == "memory":
        return MemoryJobStore()
    url = race.url().replace("postgresql://", "postgresql+psycopg://", 1)
    return SQLAlchemyJobStore(url=url)


def measure(count: int) -> list[float]:
    """Give by how many milliseconds each job was late."""
    scheduler = BackgroundScheduler(
        jobstores={"default": store()},
        executors={"default": ThreadPoolExecutor(THREADS)},
        job_defaults={"misfire_grace_time": None},
        timezone=UTC,
    )
    scheduler.start(paused=True)
    wait = timedelta(seconds=5 + count // 100)
    moment = (datetime.now(UTC) + wait).replace(microsecond=0)  # noqa: TID251 - no Django
    rule = {"hour": moment.hour, "minute": moment.minute, "second": moment.second}
    for number in range(count):
        scheduler.add_job(job, CronTrigger(**rule, timezone=UTC), [number])
    scheduler.resume()
    race.wait_until(lambda: len(race.marks()) >= count, 60 + count / 50)
    scheduler.shutdown(wait=False)
    if time.time() < moment.timestamp():
        sys.exit("The jobs began before their second.")
    return [1000 * (each - moment.timestamp()) for each in race.marks()]


if __name__ == "__main__":
    print(json.dumps({"late": measure(int(sys.argv[2]))}), flush=True)
