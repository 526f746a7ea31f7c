"""A virtual clock for schedules."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from tests.conftest import NOW, drain
from triggers.models import Schedule
from triggers.schedule.firing import FireSchedules
from triggers.schedule.leading import InsertAhead
from workflows import services
from workflows.models import Execution


class Time:
    """Walks from moment to moment and fires what comes due, as a scheduler does."""

    def __init__(self):
        self.now = NOW
        self.pollers = [InsertAhead(), FireSchedules()]

    def go(self, seconds=0, **more):
        """Let time pass, with a scheduler running."""
        end = self.now + timedelta(seconds=seconds, **more)
        while (due := self._next()) is not None and due <= end:
            self.now = max(due, self.now)
            for poller in self.pollers:
                poller.drain(self.now)
            drain(self.now)
        self.now = end

    def _next(self):
        """Tell when a poller or an execution that was inserted ahead is due."""
        moments = [poller.due(self.now) for poller in self.pollers]
        ahead = Execution.objects.filter(ahead=True, due_at__gt=self.now)
        moments += ahead.order_by("due_at").values_list("due_at", flat=True)[:1]
        return min((each for each in moments if each), default=None)

    def jump(self, seconds=0, **more):
        """Let time pass while nothing is running, then start the scheduler again."""
        self.now += timedelta(seconds=seconds, **more)
        self.go()

    def seconds(self, **criteria):
        """Tell which moments have fired, in seconds from the beginning."""
        executions = Execution.objects.exclude(status="missed")
        executions = executions.exclude(ahead=True, status="queued")
        executions = executions.filter(**criteria).order_by("planned_at")
        planned = executions.values_list("planned_at", flat=True)
        return [int((moment - NOW).total_seconds()) for moment in planned]

    def missed(self):
        missed = Execution.objects.filter(status="missed").order_by("planned_at")
        planned = missed.values_list("planned_at", flat=True)
        return [int((moment - NOW).total_seconds()) for moment in planned]


@pytest.fixture
def time(db):
    return Time()


@pytest.fixture
def at():
    """Give the moment so many seconds from the beginning."""
    return lambda seconds: NOW + timedelta(seconds=seconds)


@pytest.fixture
def enable(make_version, time):
    """Enable a workflow with this schedule."""

    def enable(*nodes, repeat=None, **config):
        if isinstance(repeat, int):
            repeat = {"kind": "interval", "every": repeat, "unit": "seconds"}
        if isinstance(repeat, str):
            repeat = {"kind": "cron", "expression": repeat}
        config = {"repeat": repeat or {"kind": "none"}, "zone": "UTC", **config}
        return services.enable(make_version(*nodes, config=config), time.now)

    return enable


@pytest.fixture
def make_users(db):
    """Create many users at once, without signals."""

    def make(count, **values):
        users = [User(username=f"user{n}", **values) for n in range(count)]
        return User.objects.bulk_create(users)

    return make


def rows():
    return list(Schedule.objects.order_by("pk"))
