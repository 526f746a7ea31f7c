"""DBOS, tuned: a queue polled each 0.05 s, 50 workflows at once in each process."""

import signal

import race
from dbos import DBOS, DBOSClient

QUEUE = "peer"
CONFIG = {
    "name": "peer",
    "system_database_url": race.url(),
    "application_version": "1",
    "run_admin_server": False,
    "log_level": "WARNING",
}


@DBOS.step(name="step")
def step(nth: int) -> int:
    race.mark()
    return nth


@DBOS.workflow(name="three")
def three() -> int:
    return sum(step(nth) for nth in range(race.STEPS))


def launch() -> None:
    DBOS(config=CONFIG)
    DBOS.launch()
    DBOS.register_queue(QUEUE, worker_concurrency=50, polling_interval_sec=0.05)


def enqueue(count: int) -> None:
    DBOS(config=CONFIG)
    DBOS.launch()
    DBOS.destroy()
    client = DBOSClient(system_database_url=race.url())
    options = {"workflow_name": "three", "queue_name": QUEUE, "app_version": "1"}
    for _ in range(count):
        client.enqueue(options)
    client.destroy()


def work() -> None:
    launch()
    signal.pause()


if __name__ == "__main__":
    race.main(enqueue, work)
