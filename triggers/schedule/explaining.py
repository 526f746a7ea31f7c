"""Why a schedule has not run, in one sentence."""

from collections.abc import Iterator
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from triggers.models import Pause, Schedule, ScheduleQuerySet
from triggers.schedule.config import ScheduleConfig
from triggers.schedule.recurrence import InvalidRule
from workflows.models import Execution, Worker, WorkflowVersion
from workflows.states import ExecutionStatus


def explain(version: WorkflowVersion, now: datetime) -> str:
    """Say what keeps the schedule of a version from running, or when it runs next."""
    return next(filter(None, _reasons(version, now)))


def _reasons(version: WorkflowVersion, now: datetime) -> Iterator[str]:
    """Yield what may be the reason, the most final first; empty if it is not."""
    yield "" if version.enabled else _("It is disabled.")
    yield _parked(version)
    yield _paused()
    yield _limited(version)
    yield _unattended(now)
    yield _ended(version)
    yield _missed(version)
    yield _waiting(version)


def _parked(version: WorkflowVersion) -> str:
    failed = _rows(version).exclude(error="").order_by("next_run_at")
    if row := failed.filter(next_run_at=None).first():
        return _("It stopped with an error: %(error)s") % {"error": row.error}
    if row := failed.first():
        facts = {"error": row.error, "moment": _shown(row.next_run_at)}
        return _("%(error)s It tries again at %(moment)s.") % facts
    return ""


def _paused() -> str:
    pause = Pause.objects.lasting().first()
    if pause is None:
        return ""
    since = _shown(pause.paused_at)
    return _("All schedules are paused since %(since)s.") % {"since": since}


def _limited(version: WorkflowVersion) -> str:
    try:
        limit = ScheduleConfig.read(version.trigger_config).max_runs
    except InvalidRule as error:
        return str(error)
    if limit is None or version.workflow.run_count < limit:
        return ""
    facts = {"count": version.workflow.run_count, "limit": limit}
    return _("Its limit is reached: %(count)s of %(limit)s runs.") % facts


def _unattended(now: datetime) -> str:
    if Worker.objects.alive(now).filter(kind=Worker.Kind.SCHEDULER).exists():
        return ""
    return _("No scheduler is running; start one with 'manage.py runscheduler'.")


def _ended(version: WorkflowVersion) -> str:
    if _rows(version).exclude(next_run_at=None).exists():
        return ""
    return _("It has ended: no run is planned any more.")


def _missed(version: WorkflowVersion) -> str:
    history = Execution.objects.filter(workflow=version.workflow_id, version=version)
    last = history.order_by("-pk").first()
    if last is None or last.status != ExecutionStatus.MISSED:
        return ""
    facts = {"moment": _shown(last.planned_at), "reason": last.reason}
    return _("Its run of %(moment)s was missed: %(reason)s.") % facts


def _waiting(version: WorkflowVersion) -> str:
    planned = _rows(version).fires().exclude(next_run_at=None)
    row = planned.order_by("next_run_at").first()
    if row is None:
        return _("It waits for the first record whose date comes near.")
    return _("It runs next at %(moment)s.") % {"moment": _shown(row.next_run_at)}


def _rows(version: WorkflowVersion) -> ScheduleQuerySet:
    return Schedule.objects.filter(version=version)


def _shown(moment: datetime | None) -> str:
    if moment is None:
        return "-"
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S}"
