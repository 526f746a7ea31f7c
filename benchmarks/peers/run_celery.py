"""Celery with a Redis of its own (append-only file, late receipts): a chain."""

import os
import shutil
import socket
import sys

import race
import redis
from celery import Celery, chain

app = Celery("run_celery", broker=os.environ.get("PEER_REDIS", "redis://127.0.0.1:1/0"))
app.conf.update(
    task_acks_late=True,
    task_ignore_result=True,
    broker_connection_retry_on_startup=True,
    worker_hijack_root_logger=False,
)


@app.task(name="step")
def step() -> None:
    race.mark()


def start_redis() -> str:
    """Start a server that ends with the group of this process; give its address."""
    if not shutil.which("redis-server"):
        sys.exit("There is no redis-server on this machine.")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    place = str(race.folder())
    options = ["--bind", "127.0.0.1", "--appendonly", "yes", "--save", ""]
    race.spawn("redis-server", "--port", port, "--dir", place, *options)
    return f"redis://127.0.0.1:{port}/0"


def answers(address: str) -> bool:
    try:
        return bool(redis.from_url(address).ping())
    except redis.RedisError:
        return False


def enqueue(count: int) -> None:
    address = os.environ["PEER_REDIS"] = start_redis()
    race.wait_until(lambda: answers(address))
    app.conf.broker_url = address
    for _ in range(count):
        chain(step.si() for _ in range(race.STEPS)).apply_async()


def work() -> None:
    options = ["--pool", "prefork", "--concurrency", str(race.WORKERS)]
    app.worker_main(["worker", *options, "--loglevel", "WARNING"])


if __name__ == "__main__":
    race.main(enqueue, work, processes=1)
