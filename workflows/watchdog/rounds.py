"""One round of the watchdog: look, judge, mend, tell."""

import logging
from datetime import datetime
from functools import partial

from django.utils import timezone

from workflows import registry
from workflows.attempts import Errored, attempt
from workflows.conf import settings
from workflows.engine import host
from workflows.models import HealthCheck
from workflows.pollers import ENGINE_POLLERS
from workflows.services import prune
from workflows.watchdog.alerts import deliver
from workflows.watchdog.incidents import note
from workflows.watchdog.judging import Finding, judge
from workflows.watchdog.restarting import restart
from workflows.watchdog.vitals import Vitals, examine

logger = logging.getLogger(__name__)

#: Seconds of a round at night that go into removing history.
PRUNING = 20.0


def watch(now: datetime) -> list[Finding]:
    """Do one round; give what is wrong. Any number may run at the same time."""
    vitals = examine(now)
    findings = judge(vitals)
    incidents = note(findings, now)
    if settings().watchdog_restarts:
        restart(incidents, now)
    _record(vitals, findings)
    deliver(now)
    _stand_in(vitals)
    if _is_night(now):
        _prune(now)
    return findings


def _is_night(now: datetime) -> bool:
    hour = timezone.localtime(now, timezone.get_default_timezone()).hour
    return hour == settings().prune_hour


def _stand_in(vitals: Vitals) -> None:
    """Do what schedulers would have done: all of it while none is alive.

    Wake-ups that got lost and executions of the dead are looked after in any case.
    """
    work = [poller().poll for poller in ENGINE_POLLERS]
    if not vitals.schedulers:
        work += [poller().drain for poller in registry.pollers]
    for action in work:
        answer = attempt(partial(action, vitals.now), blame_database=True)
        if isinstance(answer, Errored):
            logger.error("Standing in for a scheduler failed: %s", answer.message)


def _record(vitals: Vitals, findings: list[Finding]) -> None:
    oldest, overdue = vitals.oldest, vitals.overdue
    HealthCheck.objects.create(
        host=host(),
        checked_at=vitals.now,
        findings=[str(finding.kind) for finding in findings],
        workers=vitals.workers,
        schedulers=vitals.schedulers,
        runnable=vitals.runnable,
        oldest=oldest.total_seconds() if oldest else None,
        overdue=overdue.total_seconds() if overdue else None,
        messages=vitals.messages,
    )


def _prune(now: datetime) -> None:
    answer = attempt(lambda: prune(now, seconds=PRUNING), blame_database=True)
    if isinstance(answer, Errored):
        logger.error("History could not be pruned: %s", answer.message)
