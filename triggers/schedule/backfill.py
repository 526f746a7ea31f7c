"""Run afterwards what a schedule missed: moments of the past, asked for by a person."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice

from django.utils.translation import gettext

from triggers.schedule.config import FIELD, ScheduleConfig
from triggers.schedule.events import event_of
from triggers.schedule.reading import records
from triggers.schedule.recurrence import SECOND, runs_between
from triggers.schedule.searching import bound, date_field
from workflows.collections import record
from workflows.exceptions import WorkflowError
from workflows.models import Execution, WorkflowVersion
from workflows.services import Event, start_many
from workflows.states import ExecutionStatus

#: Runs that one request may start.
MOST = 1000
#: Moments that one request looks at; a range may hold any number.
LOOKED_AT = 20_000
#: Events that are looked up and started together.
CHUNK = 200


class RangeTooLong(WorkflowError):
    """There is too much to look at between two moments."""

    def __init__(self) -> None:
        message = gettext(
            "The range holds more than %(count)s moments; choose a shorter one."
        )
        super().__init__(message % {"count": LOOKED_AT})


def run_missed(
    version: WorkflowVersion,
    since: datetime,
    until: datetime,
    now: datetime,
    most: int = MOST,
) -> int:
    """Start what should have run from `since` to `until` and did not; say how many.

    Both bounds are included. The limit of runs holds, the misfire policy does not:
    a person asked. Asking twice starts nothing twice. Raises `RangeTooLong`.
    """
    started, room = 0, most
    for wanted in _missed(version, since, min(until, now)):
        chosen = [_again(event) for event in wanted[:room]]
        started += len(start_many(chosen, now))
        room -= len(chosen)
        if not room:
            break
    return started


def count_missed(version: WorkflowVersion, since: datetime, until: datetime) -> int:
    """Count what `run_missed` would start, if no policy of concurrency refuses it."""
    config = ScheduleConfig.read(version.trigger_config)
    most = MOST
    if config.max_runs is not None:
        most = max(min(MOST, config.max_runs - version.workflow.run_count), 0)
    count = 0
    for wanted in _missed(version, since, until):
        count += len(wanted)
        if count >= most:
            return most
    return count


def _missed(
    version: WorkflowVersion, since: datetime, until: datetime
) -> Iterator[list[Event]]:
    """Go through what has not run, in portions."""
    config = ScheduleConfig.read(version.trigger_config)
    events = _events(version, config, since, until)
    for _number in range(LOOKED_AT // CHUNK):
        if not (chunk := list(islice(events, CHUNK))):
            return
        yield _not_run(chunk)
    raise RangeTooLong


def _events(
    version: WorkflowVersion, config: ScheduleConfig, since: datetime, until: datetime
) -> Iterator[Event]:
    """Go through the events of the moments in question."""
    if config.mode == FIELD:
        yield from _events_of_records(version, config, since, until)
        return
    for moment in runs_between(config.recurrence, since - SECOND, until):
        yield event_of(version, config, moment)


def _events_of_records(
    version: WorkflowVersion, config: ScheduleConfig, since: datetime, until: datetime
) -> Iterator[Event]:
    rows = records(config).filter(bound(config, "lte", until))
    for instance in rows.order_by(date_field(config), "pk").iterator(CHUNK):
        recurrence = config.recurrence_of(record(instance))
        if recurrence is None:
            continue
        data = record(instance, config.preload)
        for moment in runs_between(recurrence, since - SECOND, until):
            key = str(instance.pk)
            yield event_of(version, config, moment, record=key, data=data)


def _not_run(events: list[Event]) -> list[Event]:
    """Drop what has run, in its time or afterwards."""
    keys = [key for event in events for key in (event.key, _again(event).key)]
    ran = Execution.objects.filter(event_key__in=keys)
    ran = ran.exclude(status=ExecutionStatus.MISSED)
    done = set(ran.values_list("event_key", flat=True))
    return [each for each in events if not {each.key, _again(each).key} & done]


def _again(event: Event) -> Event:
    """Give the event a key beside that of its missed entry, which stays."""
    return replace(event, key=f"{event.key}+")
