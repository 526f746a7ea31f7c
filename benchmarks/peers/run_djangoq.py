"""django-q2 over its ORM broker, defaults: each task enqueues the next."""

import djangoq_ready  # noqa: F401 - Django is configured there
import race
from django.core.management import call_command
from django_q.tasks import async_task


def step(number: int, nth: int) -> int:
    race.mark()
    if nth < race.STEPS:
        async_task("run_djangoq.step", number, nth + 1)
    return number


def enqueue(count: int) -> None:
    call_command("migrate", verbosity=0)
    for number in range(count):
        async_task("run_djangoq.step", number, 1)


if __name__ == "__main__":
    race.main(enqueue, lambda: call_command("qcluster"), processes=1)
