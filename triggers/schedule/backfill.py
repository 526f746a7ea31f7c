"""Run afterwards what a schedule missed: moments of the past, asked for by a person."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice

from triggers.schedule.config import FIELD, ScheduleConfig
from triggers.schedule.events import event_of
from triggers.schedule.planning import SECOND
from triggers.schedule.recurrence import runs_between
from triggers.schedule.searching import bound, date_field
from workflows.collections import collection, record
from workflows.models import Execution, WorkflowVersion
from workflows.services import Event, start_many
from workflows.states import ExecutionStatus

#: Runs that one request may start.
MOST = 1000
#: Events that are looked up and started together.
CHUNK = 200


def run_missed(
    version: WorkflowVersion,
    since: datetime,
    until: datetime,
    now: datetime,
    most: int = MOST,
) -> int:
    """Start what should have run from `since` to `until` and did not; say how many.

    Both bounds are included. The limit of runs holds, the misfire policy does not:
    a person asked. Asking twice starts nothing twice.
    """
    config = ScheduleConfig.read(version.trigger_config)
    events = _events(version, config, since, min(until, now))
    started = 0
    while started < most and (chunk := list(islice(events, CHUNK))):
        wanted = _not_run(chunk)[: most - started]
        started += len(start_many([_again(event) for event in wanted], now))
    return started


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
    model = collection(config.collection)
    rows = model._default_manager.filter(bound(config, "lte", until))
    for instance in rows.order_by(date_field(config), "pk").iterator(CHUNK):
        recurrence = config.recurrence_of(record(instance))
        if recurrence is None:
            continue
        data = record(instance, config.preload)
        for moment in runs_between(recurrence, since - SECOND, until):
            key = str(instance.pk)
            yield event_of(version, config, moment, record=key, data=data)


def _not_run(events: list[Event]) -> list[Event]:
    keys = [event.key for event in events]
    ran = Execution.objects.filter(event_key__in=keys)
    done = set(
        ran.exclude(status=ExecutionStatus.MISSED).values_list("event_key", flat=True)
    )
    return [event for event in events if event.key not in done]


def _again(event: Event) -> Event:
    """Give the event a key beside that of its missed entry, which stays."""
    return replace(event, key=f"{event.key}+")
