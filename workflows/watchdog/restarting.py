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
    Incident.Kind.OVERDUE: Worker.Kind.SCHEDULER,
}
#: How long a process has to stop before it is killed.
GRACE = timedelta(seconds=50)
#: Arguments of the processes that may be ended.
PROGRAMS = frozenset({"runcluster", "runscheduler"})
#: Seconds by which the system's figures of one moment differ.
BLUR = 2.0


def restart(incidents: Iterable[Incident], now: datetime) -> list[Restart]:
    """Ask culprits to stop, and kill in a later run those that did not; once each."""
    done: list[Restart] = []
    for incident in incidents:
        kind = CULPRITS.get(Incident.Kind(incident.kind))
        if kind is None:
            continue
        asked = list(incident.restarts.filter(host=host()))
        if asked:
            done += _kill(incident, asked, now)
        else:
            culprits = _programs(kind)
            sent = [_signal(incident, p, signal.SIGTERM, now) for p in culprits]
            done += [each for each in sent if each]
    return done


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


def _kill(
    incident: Incident, asked: Iterable[Restart], now: datetime
) -> Iterator[Restart]:
    """Kill those that were asked to stop a while ago and are still there."""
    for before in asked:
        if before.signal != signal.SIGTERM.name or before.sent_at > now - GRACE:
            continue
        try:
            process = psutil.Process(before.pid)
            is_same = abs(process.create_time() - before.began) < BLUR
            if not is_same or not _is_ours(process):
                continue
        except psutil.Error:
            continue
        if sent := _signal(incident, process, signal.SIGKILL, now):
            yield sent


def _signal(
    incident: Incident, process: psutil.Process, number: signal.Signals, now: datetime
) -> Restart | None:
    """Note the signal first: of two watchdogs on one machine only one sends it."""
    try:
        with transaction.atomic():
            note = Restart.objects.create(
                incident=incident,
                host=host(),
                pid=process.pid,
                began=process.create_time(),
                signal=number.name,
                sent_at=now,
            )
        process.send_signal(number)
    except (IntegrityError, psutil.Error) as error:
        logger.warning("Process %s got no signal: %s", process.pid, error)
        return None
    logger.warning("Sent %s to %s, which does nothing.", number.name, note)
    return note
