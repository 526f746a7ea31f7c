"""What is planned in a range of time, over all enabled schedules."""

from collections.abc import Iterator
from datetime import datetime
from heapq import merge
from itertools import islice

from django.utils.translation import get_language

from triggers.models import Schedule
from triggers.schedule.config import FIELD, ScheduleConfig
from triggers.schedule.previewing import coming_run, name_of
from triggers.schedule.reading import reading, records
from triggers.schedule.recurrence import SECOND, InvalidRule, Once, runs_between
from triggers.schedule.searching import bound, date_field
from workflows.collections import record
from workflows.contracts import Calendar, ComingRun, PlannedRun
from workflows.exceptions import WorkflowError

#: Runs that one schedule may fill a calendar with.
EACH = 500
#: Records of one schedule that are read.
RECORDS = 200


def calendar_data(
    since: datetime, until: datetime, now: datetime, most: int
) -> Calendar:
    """List the first `most` runs from `since` to `until` that are still to come.

    They come from the functions that fire them. A schedule that fills the range by
    itself is cut after `EACH` runs, and the calendar says that it is not complete.
    """
    since = max(since, now.replace(microsecond=0))
    enabled = Schedule.objects.exclude(kind=Schedule.Kind.RECORD).filter(error="")
    rows = enabled.exclude(next_run_at=None).select_related("version__workflow")
    rows = rows.defer("version__definition").order_by("pk")
    plans = [_planned(row, since, until) for row in rows]
    runs = list(islice(merge(*plans, key=_moment), most + 1))
    is_cut = len(runs) > most or any(len(plan) > EACH for plan in plans)
    return Calendar(runs[:most], complete=not is_cut)


def _moment(planned: PlannedRun) -> datetime:
    return planned.run.moment


def _planned(row: Schedule, since: datetime, until: datetime) -> list[PlannedRun]:
    """List the runs of one schedule, and one more than fits if there are more."""
    version = row.version
    facts = version.workflow_id, version.pk, version.workflow.title
    try:
        config = ScheduleConfig.read(version.trigger_config)
        runs = _runs(row, config, since, until)
    except (InvalidRule, WorkflowError):
        # A removed model or field; the scheduler parks the row and says why.
        return []
    return [PlannedRun(*facts, run) for run in runs]


def _runs(
    row: Schedule, config: ScheduleConfig, since: datetime, until: datetime
) -> list[ComingRun]:
    workflow, most = row.version.workflow, EACH + 1
    if config.max_runs is not None:
        most = max(min(most, config.max_runs - workflow.run_count), 0)
    if config.mode == FIELD:
        runs = _of_records(config, since, until)
    else:
        runs = _of_time(row, config, since, until)
    # What comes of a collection is in the order of its records.
    return sorted(islice(runs, most), key=lambda run: run.moment)


def _of_time(
    row: Schedule, config: ScheduleConfig, since: datetime, until: datetime
) -> Iterator[ComingRun]:
    # The armed moment is the first: what is before it has fired.
    assert row.next_run_at is not None  # noqa: S101 - filtered
    first = max(since, row.next_run_at - config.delay(row.version.workflow_id))
    language = get_language() or "en"
    for moment in runs_between(config.recurrence, first - SECOND, until):
        yield coming_run(config.recurrence, moment, language)


def _of_records(
    config: ScheduleConfig, since: datetime, until: datetime
) -> Iterator[ComingRun]:
    language = get_language() or "en"
    rows = records(config).filter(bound(config, "lte", until))
    rows = rows.order_by(f"-{date_field(config)}", "-pk")
    if isinstance(config.rule, Once):
        rows = rows.filter(bound(config, "gte", since)).reverse()
    with reading(config):
        instances = list(rows[:RECORDS])
    for instance in instances:
        recurrence = config.recurrence_of(record(instance))
        if recurrence is not None:
            for moment in runs_between(recurrence, since - SECOND, until):
                yield coming_run(recurrence, moment, language, name_of(instance))
