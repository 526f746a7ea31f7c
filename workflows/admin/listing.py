"""What the list of workflows shows of each, found in a fixed number of statements."""

from typing import Any

from django.db.models import (
    DateTimeField,
    Exists,
    F,
    OrderBy,
    OuterRef,
    Prefetch,
    Q,
    Subquery,
    Value,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from workflows import registry
from workflows.models import Execution, Workflow, WorkflowVersion
from workflows.models.workflow import WorkflowQuerySet
from workflows.services import trigger_problems


def timed(workflows: WorkflowQuerySet) -> WorkflowQuerySet:
    """Add the moment at which each runs next, and the version that will."""
    enabled = WorkflowVersion.objects.enabled().filter(workflow=OuterRef("pk"))
    rows = workflows.annotate(enabled_id=Subquery(enabled.values("pk")[:1]))
    return rows.annotate(next_run_at=_next_run("enabled_id"))


def coming(workflows: WorkflowQuerySet) -> WorkflowQuerySet:
    """Give those that will run, the next one first."""
    planned = Q(next_run_at__isnull=False)
    return timed(workflows).filter(planned).order_by(NEXT_RUN.asc(), "pk")


def listed(workflows: WorkflowQuerySet) -> WorkflowQuerySet:
    """Add the columns of the list, and as `heads` the versions that matter now."""
    enabled = WorkflowVersion.objects.enabled().filter(workflow=OuterRef("pk"))
    last = Execution.objects.filter(workflow=OuterRef("pk")).order_by("-pk")
    heads = WorkflowVersion.objects.filter(Q(current=True) | Q(enabled=True))
    rows = timed(workflows).annotate(
        is_enabled=Exists(enabled),
        last_id=Subquery(last.values("pk")[:1]),
        last_run_at=Subquery(last.values("created_at")[:1]),
        last_status=Subquery(last.values("status")[:1]),
    )
    return rows.prefetch_related(
        "categories", Prefetch("versions", heads.defer("definition"), to_attr="heads")
    )


def _next_run(version: str) -> Any:
    """Ask all triggers; a version has one, so that at most one of them answers."""
    asked = [trigger.next_run(version) for trigger in registry.triggers]
    known: list[Combinable] = [each for each in asked if each is not None]
    match known:
        case []:
            return Value(None, DateTimeField())
        case [only]:
            return only
        case _:
            return Coalesce(*known)


def current(workflow: Workflow) -> WorkflowVersion | None:
    """Give the current version of a listed workflow."""
    return next((v for v in _heads(workflow) if v.current), None)


def acting(workflow: Workflow) -> WorkflowVersion | None:
    """Give the enabled version of a listed workflow, or else the current one."""
    heads = _heads(workflow)
    return next((v for v in heads if v.enabled), None) or current(workflow)


def _heads(workflow: Workflow) -> list[WorkflowVersion]:
    heads: list[WorkflowVersion] = workflow.heads  # type: ignore[attr-defined]  # prefetched
    for version in heads:
        version.workflow = workflow
    return heads


def trigger_in_words(version: WorkflowVersion) -> str:
    """Say when a version starts; nothing while its trigger is not set up."""
    if any(trigger_problems(version.trigger_type, version.trigger_config)):
        return ""
    trigger = registry.triggers.get(version.trigger_type)
    return trigger.describe(version.trigger_config)


class Moment(F):
    """A column of moments: rows without one come last, whichever way it is sorted."""

    def asc(self, **_options: Any) -> OrderBy:
        return super().asc(nulls_last=True)

    def desc(self, **_options: Any) -> OrderBy:
        return super().desc(nulls_last=True)


NEXT_RUN = Moment("next_run_at")
LAST_RUN = Moment("last_run_at")
