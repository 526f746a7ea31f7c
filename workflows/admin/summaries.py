"""What the page of a workflow tells: its state, its problems, its versions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest
from django.urls import reverse

from workflows import registry
from workflows.admin.listing import trigger_in_words
from workflows.contracts import Subscription
from workflows.models import WorkflowVersion
from workflows.services import Problem, problems_of, trigger_problems


@dataclass(frozen=True)
class ProblemLink:
    """A problem and the page where it is mended."""

    problem: Problem
    url: str


@dataclass(frozen=True)
class VersionRow:
    """A version in the table of its workflow."""

    version: WorkflowVersion
    words: str
    last_change: LogEntry | None


def catches_up(version: WorkflowVersion) -> bool:
    kind = version.trigger_type
    return kind in registry.triggers and registry.triggers.get(kind).catches_up


def trigger_of(version: WorkflowVersion) -> Any:
    kind = version.trigger_type
    return registry.triggers.get(kind) if kind in registry.triggers else None


@dataclass(frozen=True)
class PageLink:
    """A page that the trigger has for the workflow."""

    title: str
    url: str


def page_link(request: HttpRequest, version: WorkflowVersion) -> PageLink | None:
    """Link to the trigger's own page, if it has one that the user may see."""
    kind = version.trigger_type
    if kind not in registry.triggers:
        return None
    config = version.trigger_config
    subscription = Subscription(version.workflow_id, version.pk, config)
    page = registry.triggers.get(kind).page(subscription)
    if page is None or not request.user.has_perm(page.permission):
        return None
    site = getattr(request, "current_app", None)
    url = reverse(f"admin:{page.name}", args=page.arguments, current_app=site)
    return PageLink(str(page.title), f"{url}?{page.query}" if page.query else url)


def explained(version: WorkflowVersion, now: datetime) -> str:
    """Say why a version has not run, or when it will, as far as its trigger knows."""
    kind, config = version.trigger_type, version.trigger_config
    if any(trigger_problems(kind, config)):
        return ""
    subscription = Subscription(version.workflow_id, version.pk, config)
    return registry.triggers.get(kind).explain(subscription, now)


def version_rows(versions: Iterable[WorkflowVersion]) -> list[VersionRow]:
    listed = list(versions)
    changes = last_changes(listed)
    return [
        VersionRow(version, trigger_in_words(version), changes.get(str(version.pk)))
        for version in listed
    ]


def last_changes(versions: Iterable[WorkflowVersion]) -> dict[str, LogEntry]:
    """Find who changed each version last, by its id as text."""
    kind = ContentType.objects.get_for_model(WorkflowVersion)
    entries = LogEntry.objects.filter(
        content_type=kind, object_id__in=[str(version.pk) for version in versions]
    )
    # The log is newest first: what comes later in this order stays.
    return {
        entry.object_id or "": entry
        for entry in entries.select_related("user").order_by("action_time", "pk")
    }


def problem_links(admin: Any, version: WorkflowVersion) -> list[ProblemLink]:
    page = admin.url("workflowversion_change", version.pk)
    return [
        ProblemLink(problem, f"{page}?panel={panel_where_mended(problem)}")
        for problem in problems_of(version)
    ]


def panel_where_mended(problem: Problem) -> str:
    """Name the panel of the editor in which a problem is mended."""
    if problem.node:
        return f"node:{problem.node}"
    return "trigger" if problem.field else "definition"
