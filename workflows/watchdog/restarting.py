"""End a process of ours on this machine that does nothing, so that it is started again.

Only what has registered itself is touched, and only after the system has said that the
process still is the one that did.
"""

import logging
import signal
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import takewhile

import psutil
from django.db import IntegrityError, transaction

from workflows.engine import host
from workflows.models import Incident, Restart, Worker

logger = logging.getLogger(__name__)

#: What hangs in each incident that a restart may end.
CULPRITS = {
    Incident.Kind.STALLED: Worker.Kind.WORKER,
    Incident.Kind.NO_WORKER: Worker.Kind.WORKER,
    Incident.Kind.OVERDUE: Worker.Kind.SCHEDULER,
    Incident.Kind.NO_SCHEDULER: Worker.Kind.SCHEDULER,
}
#: How long a process has to stop before it is killed.
GRACE = timedelta(seconds=50)
#: Arguments of the processes that may be ended.
PROGRAMS = frozenset({"runcluster", "runscheduler"})
#: Seconds by which the system's figures of one moment differ.
BLUR = 2.0


def restart(incidents: Iterable[Incident], now: datetime) -> list[Restart]:
    """Ask culprits to stop, and kill in a later run those that did not; once each.

    While an incident is a mere suspicion its culprits are only remembered: a frozen
    process loses its row with its lease, and could not be found later.
    """
    done: list[Restart] = []
    for incident in incidents:
        kind = CULPRITS.get(Incident.Kind(incident.kind))
        if kind is None:
            continue
        if incident.confirmed_at is None:
            for process in _programs(kind):
                _note(incident, process, Restart.REMEMBERED, now)
        else:
            done += _act(incident, kind, now)
    return done


def _act(incident: Incident, kind: Worker.Kind, now: datetime) -> Iterator[Restart]:
    before = list(incident.restarts.filter(host=host()))
    asked = [each for each in before if each.signal == signal.SIGTERM.name]
    for each in asked:
        process = _still(each) if each.sent_at <= now - GRACE else None
        if process and (sent := _signal(incident, process, signal.SIGKILL, now)):
            yield sent
    if asked:
        return
    culprits = [*_programs(kind), *filter(None, map(_still, before))]
    for process in {each.pid: each for each in culprits}.values():
        if sent := _signal(incident, process, signal.SIGTERM, now):
            yield sent


def _programs(kind: Worker.Kind) -> list[psutil.Process]:
    """Find the programs on this machine whose processes have registered as `kind`."""
    found = {}
    for row in Worker.objects.filter(host=host(), kind=kind):
        for process in _registered(row):
            found[process.pid] = process
    return list(found.values())


def _registered(row: Worker) -> Iterator[psutil.Process]:
    """Give the program of a row, unless its pid has become another's meanwhile."""
    try:
        process = psutil.Process(row.pid)
        if process.create_time() > row.started_at.timestamp() + BLUR:
            return
        # Forks have the arguments of their program: the uppermost is the program.
        family = [*takewhile(_is_ours, [process, *process.parents()])]
    except psutil.Error:
        return
    yield from family[-1:]


def _is_ours(process: psutil.Process) -> bool:
    return not PROGRAMS.isdisjoint(process.cmdline())


def _still(before: Restart) -> psutil.Process | None:
    """Find the process of a note, if it lives and is the same."""
    try:
        process = psutil.Process(before.pid)
        is_same = abs(process.create_time() - before.began) < BLUR
        return process if is_same and _is_ours(process) else None
    except psutil.Error:
        return None


def _signal(
    incident: Incident, process: psutil.Process, number: signal.Signals, now: datetime
) -> Restart | None:
    """Note the signal first: of two watchdogs on one machine only one sends it."""
    note = _note(incident, process, number.name, now)
    if note is None:
        return None
    try:
        process.send_signal(number)
    except psutil.Error as error:
        logger.warning("Process %s got no signal: %s", process.pid, error)
        return None
    logger.warning("Sent %s, as it does nothing.", note)
    return note


def _note(
    incident: Incident, process: psutil.Process, what: str, now: datetime
) -> Restart | None:
    """Keep what was done to a process; None if somebody did it already."""
    try:
        with transaction.atomic():
            return Restart.objects.create(
                incident=incident,
                host=host(),
                pid=process.pid,
                began=process.create_time(),
                signal=what,
                sent_at=now,
            )
    except (IntegrityError, psutil.Error):
        return None
