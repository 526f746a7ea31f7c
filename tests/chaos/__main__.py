"""The long run: many campaigns one after another, and a report in Markdown.

`python -m tests.chaos --kills 1000 --executions 50000` takes half an hour; each line
of the table is printed when its campaign has ended.
"""

import argparse
import random
import signal
import sys
from collections import Counter
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from shutil import copytree
from statistics import median
from subprocess import CalledProcessError
from typing import Any

from tests.chaos.campaign import Campaign, Plan, Site
from tests.chaos.servers import Mariadb, Postgresql, Redis, Sqlite

#: Where campaigns are held: the server, and what carries wake-ups.
PLACES: dict[str, tuple[Any, str]] = {
    "postgresql": (Postgresql, "wakeup"),
    "postgresql-orm": (Postgresql, "orm"),
    "postgresql-redis": (Postgresql, "redis"),
    "mariadb": (Mariadb, "wakeup"),
    "sqlite": (Sqlite, "wakeup"),
}
#: Of each fault so many for 50 kills.
SHARES = {
    "kill": 50,
    "restart": 4,
    "crash": 3,
    "freeze": 5,
    "cut": 4,
    "terminate": 2,
    "lock": 2,
    "fill": 2,
    "flush": 2,
    "restart_broker": 2,
}
#: Faults that are spelled out.
MOST = 20
COLUMNS = (
    "place",
    "seed",
    "kills",
    "restarts",
    "frozen",
    "others",
    "executions",
    "seconds",
    "taken over",
    "median s",
    "max s",
    "faults found",
)


def say(text):
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def row(cells):
    say(f"| {' | '.join(str(cell) for cell in cells)} |")


def arguments():
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--executions", type=int, default=5000)
    parser.add_argument("--piece", type=int, default=50, help="kills a campaign")
    parser.add_argument("--places", default=",".join(PLACES))
    parser.add_argument(
        "--seed", type=int, default=random.SystemRandom().randrange(10**6)
    )
    parser.add_argument("--keep", help="where the logs go of what finds faults")
    return parser.parse_args()


class Totals:
    """What all campaigns did and found."""

    def __init__(self):
        self.struck = Counter()
        self.executions = 0
        self.unlucky = 0
        self.statuses = Counter()
        self.seconds = {"kill": [], "freeze": []}
        self.faults = []

    def add(self, report):
        self.struck.update(report.struck)
        self.executions += report.executions
        self.unlucky += report.unlucky
        self.statuses.update(report.statuses)
        for how in self.seconds:
            self.seconds[how] += report.takeovers.seconds[how]
        self.faults += report.faults

    def print(self):
        say("\n| fault | victim | times |\n|---|---|---|")
        for (kind, victim), number in sorted(self.struck.items()):
            row((kind.replace("_", " "), victim, number))
        say(f"\n{self.executions} executions: {dict(self.statuses)}.")
        say(f"{self.unlucky} were parked because they were struck three times.")
        for how, seconds in self.seconds.items():
            if seconds:
                middle, longest = median(seconds), max(seconds)
                said = f"median {middle:.2f} s, longest {longest:.2f} s"
                say(f"Taken over after a {how}: {len(seconds)}, {said}.")
        say(f"Faults found: {len(self.faults)}.")
        for fault in self.faults[:MOST]:
            say(f"- {fault}")


def held(place, seed, piece, most, keep):
    """Hold one campaign."""
    make, broker = PLACES[place]
    quota = {kind: max(1, share * piece // 50) for kind, share in SHARES.items()}
    plan = Plan(seed, quota=quota, most=most, rate=50, limit=900.0)
    variables = {"BROKER": "orm"} if broker == "orm" else {}
    with ExitStack() as stack:
        server = stack.enter_context(closing(make()))
        redis = stack.enter_context(closing(Redis())) if broker == "redis" else None
        site = stack.enter_context(closing(Site(server, "", redis, **variables)))
        report = Campaign(site, plan).run()
        if report.faults and keep:
            copytree(site.folder, Path(keep) / f"{place}-{seed}", dirs_exist_ok=True)
        return report


def line(place, seed, report):
    struck = Counter(kind for kind, _ in report.struck)
    restarts = struck["restart"] + struck["crash"]
    others = len(report.struck) - struck["kill"] - restarts - struck["freeze"]
    count, middle, longest = report.takeovers.of("kill")
    row(
        (
            place,
            seed,
            struck["kill"],
            restarts,
            struck["freeze"],
            others,
            report.executions,
            round(report.seconds),
            count,
            f"{middle:.2f}",
            f"{longest:.2f}",
            len(report.faults),
        )
    )


def _take_turn(totals, place, seed, wanted):
    most = wanted.executions * wanted.piece // wanted.kills
    try:
        report = held(place, seed, wanted.piece, most, wanted.keep)
    except (AssertionError, OSError, CalledProcessError) as error:
        # What broke is a fault as well; the other campaigns go on.
        totals.faults.append(f"{place}, seed {seed}, broke down: {error}")
        return
    line(place, seed, report)
    totals.add(report)
    for fault in report.faults[-MOST:]:
        sys.stderr.write(f"{place}, seed {seed}: {fault}\n")
    sys.stderr.flush()


def main():
    wanted = arguments()
    places = wanted.places.split(",")
    turns = -(-wanted.kills // wanted.piece)
    totals = Totals()
    row(COLUMNS)
    row("---" for _ in COLUMNS)
    # Whoever ends it early sees the sums of what was done.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        for turn in range(turns):
            place, seed = places[turn % len(places)], wanted.seed + turn
            _take_turn(totals, place, seed, wanted)
    totals.print()
    return 1 if totals.faults else 0


if __name__ == "__main__":
    sys.exit(main())
