"""The last runs of each workflow as a small picture, read by their index."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from django.db.models import OuterRef, Q, Subquery
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from workflows.models import Execution, Workflow
from workflows.states import UNFINISHED, WRONG, ExecutionStatus

#: Runs in the picture.
COUNT = 20
#: Width of a run with its gap, and heights by what became of it: it is told by more
#: than its colour.
STEP, HEIGHT = 3, 16
HEIGHTS = {"good": 9, "bad": 16, "open": 6, "none": 3}


def last_runs(workflows: Collection[int]) -> dict[int, list[str]]:
    """Give the statuses of the last runs of each workflow, the oldest first.

    Two statements, whatever there is: where the last runs of each begin, and they.
    """
    history = Execution.objects.filter(workflow=OuterRef("pk")).order_by("-pk")
    place = Subquery(history.values("pk")[COUNT - 1 : COUNT])
    rows = Workflow.objects.filter(pk__in=workflows).annotate(place=place)
    wanted = Q(pk__in=[])
    for pk, first in rows.values_list("pk", "place"):
        wanted |= Q(workflow=pk, pk__gte=first or 0)
    found: dict[int, list[str]] = defaultdict(list)
    runs = Execution.objects.filter(wanted).order_by("pk")
    for workflow, status in runs.values_list("workflow", "status"):
        found[workflow].append(status)
    return {pk: statuses[-COUNT:] for pk, statuses in found.items()}


def kind_of(status: str) -> str:
    if status == ExecutionStatus.SUCCEEDED:
        return "good"
    if status in UNFINISHED:
        return "open"
    return "bad" if status in WRONG else "none"


def in_words(statuses: Sequence[str]) -> str:
    good = statuses.count(ExecutionStatus.SUCCEEDED)
    text = ngettext(
        "%(good)d of the last %(count)d run succeeded",
        "%(good)d of the last %(count)d runs succeeded",
        len(statuses),
    )
    return text % {"good": good, "count": len(statuses)}


def success_bar(statuses: Sequence[str], url: str) -> SafeString:
    """Draw a stroke for each run, the newest at the end."""
    strokes = format_html_join(
        "",
        '<rect class="wf-run-{}" x="{}" y="{}" width="{}" height="{}"/>',
        (_stroke(place, kind_of(status)) for place, status in enumerate(statuses)),
    )
    good = statuses.count(ExecutionStatus.SUCCEEDED)
    return format_html(
        '<a class="wf-success" href="{}" title="{}"><svg role="img" aria-label="{}" '
        'width="{}" height="{}" viewBox="0 0 {} {}">{}</svg>'
        '<span aria-hidden="true">{}/{}</span></a>',
        url,
        in_words(statuses),
        in_words(statuses),
        COUNT * STEP,
        HEIGHT,
        COUNT * STEP,
        HEIGHT,
        strokes,
        good,
        len(statuses),
    )


def _stroke(place: int, kind: str) -> tuple[str, int, int, int, int]:
    height = HEIGHTS[kind]
    return kind, place * STEP, HEIGHT - height, STEP - 1, height
