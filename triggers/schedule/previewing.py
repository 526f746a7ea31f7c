"""What a schedule amounts to: the next runs, as the scheduler will fire them."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from django.db.models import Model
from django.utils.translation import gettext as _, ngettext

from triggers.schedule.config import FIELD, ScheduleConfig
from triggers.schedule.reading import CollectionUnreachable, reading, records
from triggers.schedule.recurrence import (
    SECOND,
    Once,
    Recurrence,
    first_run,
    next_run,
    note_for,
    preview,
)
from triggers.schedule.searching import bound, date_field
from triggers.schedule.words import describe_schedule
from workflows.collections import record
from workflows.contracts import ComingRun, Preview, Subscription
from workflows.models import Workflow

#: Runs that are shown.
COUNT = 10
#: Records that are read to show when their date fires.
RECORDS = 5


def preview_of(subscription: Subscription, now: datetime, language: str) -> Preview:
    """Give the runs that would come if the schedule were enabled at `now`."""
    config = ScheduleConfig.read(subscription.config)
    room = room_left(subscription.workflow_id, config)
    try:
        if config.mode == FIELD:
            runs = list(_of_records(config, now, language))[:room]
        else:
            runs = _of_time(config, now, min(COUNT, room), language)
        remarks = [*_remarks(subscription, config, runs, room)]
    except CollectionUnreachable as error:
        runs, remarks = [], [str(error)]
    words = describe_schedule(config, language)
    return Preview(words=words, zone=config.zone.key, runs=runs, remarks=remarks)


def room_left(workflow_id: int, config: ScheduleConfig) -> int:
    """Tell how many runs the limit still allows; more than are shown without one."""
    if config.max_runs is None:
        return COUNT + 1
    counts = Workflow.objects.filter(pk=workflow_id).values_list("run_count", flat=True)
    return max(config.max_runs - (counts.first() or 0), 0)


def _of_time(
    config: ScheduleConfig, now: datetime, count: int, language: str
) -> list[ComingRun]:
    first = first_run(config.recurrence, now)
    if first is None:
        return []
    runs = preview(config.recurrence, first - SECOND, count)
    return [coming_run(config.recurrence, run.moment, language) for run in runs]


def _of_records(
    config: ScheduleConfig, now: datetime, language: str
) -> Iterator[ComingRun]:
    """Give the next run of the next few records, the earliest first."""
    found = []
    with reading(config):
        instances = _records(config, now)
    for instance in instances:
        recurrence = config.recurrence_of(record(instance))
        moment = next_run(recurrence, now - SECOND) if recurrence else None
        if recurrence is not None and moment is not None:
            found.append((moment, recurrence, instance))
    for moment, recurrence, instance in sorted(found, key=lambda each: each[0]):
        yield coming_run(recurrence, moment, language, name_of(instance))


def _records(config: ScheduleConfig, now: datetime) -> list[Model]:
    """Read the records whose dates come next; of a repetition also the latest past."""
    rows = records(config)
    field = date_field(config)
    coming = rows.filter(bound(config, "gte", now)).order_by(field, "pk")
    chosen = list(coming[:RECORDS])
    if isinstance(config.rule, Once):
        return chosen
    past = rows.filter(bound(config, "lt", now)).order_by(f"-{field}", "-pk")
    return [*chosen, *islice(past[:RECORDS], RECORDS - len(chosen))]


def name_of(instance: Model) -> str:
    """Name a record by its key: its text is not for everybody who sees schedules."""
    return f"{instance._meta.verbose_name} {instance.pk}"


def coming_run(
    recurrence: Recurrence, moment: datetime, language: str, record: str = ""
) -> ComingRun:
    note = note_for(recurrence, moment)
    return ComingRun(
        moment=moment.astimezone(recurrence.zone),
        record=record,
        note=note.text(language) if note else "",
    )


def _remarks(
    subscription: Subscription,
    config: ScheduleConfig,
    runs: list[ComingRun],
    room: int,
) -> Iterator[str]:
    if config.max_runs is not None:
        text = ngettext(
            "Its limit allows %(count)d more run.",
            "Its limit allows %(count)d more runs.",
            room,
        )
        yield text % {"count": room}
    yield from _end(config, runs)
    if delay := config.delay(subscription.workflow_id):
        seconds = int(delay.total_seconds())
        text = ngettext(
            "To spread the load, each run starts %(count)d second later than shown.",
            "To spread the load, each run starts %(count)d seconds later than shown.",
            seconds,
        )
        yield text % {"count": seconds}


def _end(config: ScheduleConfig, runs: list[ComingRun]) -> Iterator[str]:
    if config.mode == FIELD:
        if not runs:
            yield _("No record has a date that is still to come.")
    elif not runs:
        yield _("No run is to come.")
    elif len(runs) < COUNT and config.max_runs is None:
        yield _("After that it ends.")
