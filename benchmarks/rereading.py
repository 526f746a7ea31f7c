"""What a search costs on a collection whose records repeat, when nothing has moved.

    DATABASE_URL=postgres://... python -m benchmarks.rereading [1000 10000 100000]

Needs an empty database. For each size it prints the median CPU time of a search with
`SHARE` records read again, by the kind of repetition, and the bound: how long a round
through the whole collection takes.
"""

import argparse
import math
import statistics
import time
from datetime import datetime, timedelta

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from benchmarks.planning import fill
from demo.shop.models import Customer
from triggers.models import Schedule
from triggers.schedule.firing import FireSchedules
from triggers.schedule.searching import SHARE
from workflows import services
from workflows.conf import settings

ROUNDS = 15
REPEATS = {
    "interval": {"kind": "interval", "every": 1, "unit": "years"},
    "cron": {"kind": "cron", "expression": "0 0 1 1 *"},
}


def enabled(repeat: object, now: datetime) -> Schedule:
    fields = {"collection": "shop.order", "start_field": "created_at"}
    config = {"mode": "field", **fields, "repeat": repeat}
    version = services.create("Rereading", "schedule", config)
    services.enable(version, now)
    while FireSchedules().poll(now):
        pass
    return Schedule.objects.get(version=version, kind=Schedule.Kind.SEARCH)


def search_time(row: Schedule, now: datetime) -> float:
    Schedule.objects.filter(pk=row.pk).update(next_run_at=now)
    start = time.process_time()
    FireSchedules().poll(now)
    return (time.process_time() - start) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", default=[1000, 10_000, 100_000])
    sizes = sorted(parser.parse_args().sizes)
    call_command("migrate", verbosity=0)
    now = timezone.now().replace(microsecond=0)
    customer = Customer.objects.create(name="Bench", email="bench@example.com")
    filled = 0
    for size in sizes:
        fill(customer, filled, size, now - timedelta(days=1))
        filled = size
        for kind, repeat in REPEATS.items():
            row = enabled(repeat, now)
            connection.cursor().execute("ANALYZE")
            times = [search_time(row, now) for _ in range(ROUNDS)]
            services.disable(row.version)
            bound = math.ceil(size / SHARE) * settings().sweep_period
            print(
                f"{size:>9,} records, {kind:>8}: {statistics.median(times):6.1f} ms "
                f"of CPU a search; a round takes {bound}"
            )


if __name__ == "__main__":
    main()
