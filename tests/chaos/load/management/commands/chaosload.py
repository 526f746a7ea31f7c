"""`chaosload`: start executions until told to stop, whatever the database does."""

import json
import os
import random
import sys
from datetime import timedelta
from pathlib import Path
from time import monotonic

from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from tests.chaos.load.models import Appointment
from tests.chaos.recipes import ALL
from workflows import services
from workflows.models import WorkflowVersion
from workflows.poller import rest
from workflows.services import Event

#: How often it starts something, and makes appointments.
TICK, APPOINTMENTS = 0.1, 1.0
#: The soonest and the latest of them, in seconds from now.
SOON, LATE = 4, 8
#: When, in seconds, versions are disabled and archived while their executions run.
DECISION = 3.0


class Command(BaseCommand):
    """Take `{"versions", "rate", "most", "seed", "name"}` as JSON."""

    def handle(self, **options):
        wanted = json.load(sys.stdin)
        self.var = Path(os.environ["VAR_DIR"])
        self.random = random.Random(wanted["seed"])
        self.name, self.versions = wanted["name"], wanted["versions"]
        self.names = [name for name in self.versions if ALL[name].weight]
        self.weights = [ALL[name].weight for name in self.names]
        self.started, self.books_at = 0, 0.0
        self.is_decided = False
        self.begun = monotonic()
        while self.started < wanted["most"] and not (self.var / "enough").exists():
            self._tick(wanted["rate"])
            rest(TICK)

    def _tick(self, rate):
        """Start what is due by the rate; the same again if the database failed."""
        due = int(rate * (monotonic() - self.begun)) + 1 - self.started
        chosen = self.random.choices(self.names, self.weights, k=min(due, 5 * rate))
        first = self.started
        keys = [f"chaos-{self.name}-{first + each}" for each in range(len(chosen))]
        for turn in range(1000):
            try:
                self._start(dict(zip(keys, chosen, strict=True)))
                self._book(hand=turn == 0)
                self._decide()
                break
            except (DatabaseError, InterfaceError):
                connection.close()
                rest(TICK)
        self.started += len(chosen)

    def _start(self, wanted):
        versions = WorkflowVersion.objects.defer("definition")
        owners = dict(versions.values_list("pk", "workflow"))
        now = timezone.now()
        events = [
            Event(owners[self.versions[name]], self.versions[name], key, {}, now)
            for key, name in wanted.items()
        ]
        services.start_many(events, now)
        self._note("asked", [[key, name] for key, name in wanted.items()])

    def _book(self, *, hand):
        """Make appointments, by signal and past it; start one execution by hand."""
        if "appointment" not in self.versions or monotonic() < self.books_at:
            return
        self.books_at = monotonic() + APPOINTMENTS
        Appointment(at=self._moment()).save()
        Appointment.objects.bulk_create(
            [Appointment(at=self._moment()) for _ in range(2)]
        )
        if hand:
            version = WorkflowVersion.objects.get(pk=self.versions["ledger"])
            made = services.run_manually(version, {}, timezone.now())
            self._note("asked", [[made.event_key, "ledger"]])

    def _decide(self):
        """Disable and archive, once, what has executions under way."""
        if self.is_decided or monotonic() < self.begun + DECISION:
            return
        if "disabled" in self.versions:
            services.disable(WorkflowVersion.objects.get(pk=self.versions["disabled"]))
        if "archived" in self.versions:
            version = WorkflowVersion.objects.get(pk=self.versions["archived"])
            services.archive(version.workflow, timezone.now())
            self.weights[self.names.index("archived")] = 0
        self.is_decided = True

    def _moment(self):
        ahead = timedelta(seconds=self.random.randint(SOON, LATE))
        return timezone.now().replace(microsecond=0) + ahead

    def _note(self, name, rows):
        with (self.var / name).open("a", encoding="utf-8") as lines:
            lines.writelines(json.dumps(row) + "\n" for row in rows)
