"""Records come, move and go while schedulers die, against what their dates say.

A short part runs always; `SIMULATION=long` takes more records and a longer time.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from tests.triggers.schedule.test_simulation import BEGINNING, LONG, Scheduler
from triggers.schedule.firing import FireSchedules
from workflows import clock, services
from workflows.cluster import muted
from workflows.models import Execution

EDITS, DAYS, SEEDS = (200, 8, [1, 2, 3]) if LONG else (100, 4, [1])
SWEEP, HORIZON = timedelta(minutes=30), timedelta(hours=1)
#: What records repeat by; twice as long as a scheduler may be dead, and more.
EVERY = timedelta(hours=26)
END = BEGINNING + timedelta(days=DAYS)


class DyingScheduler(Scheduler):
    """Remembers when it was dead, and lets others act meanwhile."""

    def __init__(self, chance):
        super().__init__(chance)
        self.dead = []

    def live(self, end):
        poller = FireSchedules()
        while (due := poller.due(self.now)) and max(due, self.now) <= end:
            # What it comes back to is done before it may die again.
            if due > self.now and self.chance.random() < 0.03:
                self.now = due
                self.die(poller)
                self.dead.append((due, self.now))
                continue
            self.now = max(due, self.now)
            poller.poll(self.now)

    def looked_at(self, moment):
        """Tell when a scheduler was alive at a moment or first after it."""
        backs = [back for died, back in self.dead if died <= moment < back]
        return backs[0] if backs else moment


@dataclass
class Records:
    """Changes users in all ways there are, and keeps their dates and since when."""

    chance: random.Random
    scheduler: DyingScheduler
    #: (primary key, start, since, until) of dates that are over.
    past: list[tuple[Any, ...]] = field(default_factory=list)
    #: primary key -> (start, since).
    present: dict[int, tuple[Any, ...]] = field(default_factory=dict)
    made: int = 0

    def edit(self, now):
        ways = [self.create, self.create, self.create_in_bulk]
        if self.present:
            ways += [self.move, self.update, self.save, self.save, self.delete]
            ways += [self.delete_by_sql, self.move, self.update]
        self.chance.choice(ways)(now)

    def start(self, now):
        """Choose a start from which the grid is empty for 13 hours before now."""
        ahead = timedelta(seconds=self.chance.randrange(3600, 13 * 3600))
        return now + ahead - EVERY * self.chance.choice([0, 0, 1, 2, 20])

    def user(self, start):
        self.made += 1
        return User(username=f"user{self.made}", date_joined=start)

    def create(self, now):
        user = self.user(self.start(now))
        user.save()
        self.present[user.pk] = (user.date_joined, now)

    def create_in_bulk(self, now):
        starts = [self.start(now) for _ in range(3)]
        for user in User.objects.bulk_create(map(self.user, starts)):
            self.present[user.pk] = (user.date_joined, now)

    def chosen(self):
        return User.objects.get(pk=self.chance.choice(list(self.present)))

    def over(self, pk, now):
        self.past.append((pk, *self.present.pop(pk), now))

    def move(self, now):
        user = self.chosen()
        self.over(user.pk, now)
        user.date_joined = self.start(now)
        user.save()
        self.present[user.pk] = (user.date_joined, now)

    def update(self, now):
        pk, start = self.chosen().pk, self.start(now)
        self.over(pk, now)
        User.objects.filter(pk=pk).update(date_joined=start)
        self.present[pk] = (start, now)

    def save(self, now):
        # A date that passed before anybody saw it was past when it was saved.
        if self.scheduler.now <= now:
            self.chosen().save()

    def delete(self, now):
        user = self.chosen()
        self.over(user.pk, now)
        user.delete()

    def delete_by_sql(self, now):
        user = self.chosen()
        self.over(user.pk, now)
        User.objects.filter(pk=user.pk)._raw_delete("default")

    def wanted(self, once, repeating, looked_at):
        """Work out from the dates alone what has to fire."""
        lasting = [(pk, *dates, END) for pk, dates in self.present.items()]
        for pk, start, since, until in [*self.past, *lasting]:
            moment = start
            while moment <= until:
                if moment > since and looked_at(moment) <= until:
                    yield repeating.pk, pk, moment
                    if moment == start:
                        yield once.pk, pk, moment
                moment += EVERY


@pytest.mark.parametrize("seed", SEEDS)
def test_every_moment_of_records_has_exactly_one_execution(
    make_version, settings, seed
):
    planning = {"SWEEP_PERIOD": SWEEP, "HORIZON": HORIZON}
    settings.WORKFLOWS = {"COLLECTIONS": ["auth.user"], **planning}
    chance = random.Random(seed)
    scheduler = DyingScheduler(chance)
    records = Records(chance, scheduler)
    seconds = sorted(chance.sample(range(DAYS * 86400), EDITS))

    with muted():
        once, repeating = [watch(make_version, repeat) for repeat in REPEATS]
        for second in seconds:
            now = BEGINNING + timedelta(seconds=second)
            scheduler.live(now)
            with clock.at(now):
                records.edit(now)
        scheduler.live(END)

    assert scheduler.deaths > 0
    assert fired() == Counter(records.wanted(once, repeating, scheduler.looked_at))


REPEATS = [{"kind": "none"}, {"kind": "interval", "every": 26, "unit": "hours"}]


def watch(make_version, repeat):
    fields = {"mode": "field", "collection": "auth.user", "start_field": "date_joined"}
    policy = {"misfire": "all", "misfire_max": 1000}
    version = make_version(config={**fields, **policy, "repeat": repeat})
    return services.enable(version, BEGINNING)


def fired():
    rows = Execution.objects.values_list("version", "event_key", "planned_at")
    return Counter(
        (version, int(key.partition(":")[2].partition("@")[0]), planned_at)
        for version, key, planned_at in rows
    )
