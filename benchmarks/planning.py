"""What planning a date field costs when the table grows and what is due does not.

    DATABASE_URL=postgres://... python -m benchmarks.planning [1000 100000 1000000]

Needs an empty database. For each size it plans 100 records that come near among so
many that do not, and prints the median time of a search and the peak of the memory.
"""

import argparse
import resource
import statistics
import time
from datetime import datetime, timedelta

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from demo.shop.models import Customer, Order
from triggers.models import Schedule
from triggers.schedule.firing import FireSchedules
from workflows import services

DUE, ROUNDS, CHUNK = 100, 15, 10_000


def enabled(now: datetime) -> Schedule:
    config = {
        "mode": "field",
        "collection": "shop.order",
        "start_field": "created_at",
        "start_offset": 30,
        "start_unit": "minutes",
    }
    version = services.create("Planning", "schedule", config)
    services.enable(version, now)
    return Schedule.objects.get(version=version)


def fill(customer: Customer, first: int, last: int, created_at: datetime) -> None:
    for start in range(first, last, CHUNK):
        Order.objects.bulk_create(
            Order(
                number=f"B{number}",
                customer=customer,
                created_at=created_at - timedelta(seconds=number % 10_000_000),
            )
            for number in range(start, min(start + CHUNK, last))
        )


def search_time(row: Schedule, now: datetime) -> float:
    """Plan the same records anew, and measure how long that takes."""
    Schedule.objects.exclude(pk=row.pk).delete()
    Schedule.objects.filter(pk=row.pk).update(
        next_run_at=now, planned_until=now + timedelta(minutes=5), cursor=""
    )
    start = time.perf_counter()
    FireSchedules().poll(now)
    elapsed = time.perf_counter() - start
    planned = Schedule.objects.exclude(pk=row.pk).count()
    if planned != DUE:
        message = f"{planned} records were planned, not {DUE}."
        raise SystemExit(message)
    return elapsed * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "sizes", type=int, nargs="*", default=[1000, 100_000, 1_000_000]
    )
    sizes = sorted(parser.parse_args().sizes)
    call_command("migrate", verbosity=0)
    now = timezone.now().replace(microsecond=0)
    row = enabled(now)
    customer = Customer.objects.create(name="Bench", email="bench@example.com")
    near = now - timedelta(minutes=30) + timedelta(seconds=60)
    for number in range(DUE):
        Order.objects.create(number=f"N{number}", customer=customer, created_at=near)
    filled = 0
    for size in sizes:
        fill(customer, filled, size, now - timedelta(days=1))
        filled = size
        connection.cursor().execute("ANALYZE")
        times = [search_time(row, now) for _ in range(ROUNDS)]
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        median = statistics.median(times)
        print(f"{size:>9,} records: {median:6.1f} ms a search, peak {peak} MB")


if __name__ == "__main__":
    main()
