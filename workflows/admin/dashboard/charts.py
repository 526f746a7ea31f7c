"""Charts as SVG, made on the server; what they show stands in a table as well."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

#: Width of an hour, and heights of the bars up and of those down.
HOUR_WIDTH, UP, DOWN = 20, 90, 30
#: Each so many hours have their name below.
NAMED = 6


@dataclass(frozen=True)
class Hour:
    """Executions that were created in an hour, by what became of them."""

    start: datetime
    succeeded: int = 0
    wrong: int = 0
    other: int = 0

    @property
    def total(self) -> int:
        return self.succeeded + self.wrong + self.other


def hours_chart(hours: Sequence[Hour], label: str) -> SafeString:
    """Draw what succeeded up, other ends on top of it, and what went wrong down."""
    most = max((each.total for each in hours), default=0) or 1
    width = len(hours) * HOUR_WIDTH
    bars = format_html_join(
        "",
        '<rect class="wf-run-{}" x="{}" y="{}" width="{}" height="{}"/>',
        (bar for place, hour in enumerate(hours) for bar in _bars(place, hour, most)),
    )
    names = format_html_join(
        "",
        "<span>{}</span>",
        ((f"{localtime(hour.start):%H:%M}",) for hour in hours[::NAMED]),
    )
    return format_html(
        '<svg class="wf-chart" role="img" aria-label="{}" viewBox="0 0 {} {}" '
        'preserveAspectRatio="none"><line x1="0" y1="{}" x2="{}" y2="{}"/>{}</svg>'
        '<div class="wf-chart-hours" aria-hidden="true">{}</div>',
        label,
        width,
        UP + DOWN,
        UP,
        width,
        UP,
        bars,
        names,
    )


def _bars(
    place: int, hour: Hour, most: int
) -> Iterator[tuple[str, int, float, int, float]]:
    left, wide = place * HOUR_WIDTH + 2, HOUR_WIDTH - 4
    good, other = _tall(hour.succeeded, most, UP), _tall(hour.other, most, UP)
    bad = _tall(hour.wrong, most, DOWN)
    if good:
        yield "good", left, round(UP - good, 1), wide, good
    if other:
        yield "none", left, round(UP - good - other, 1), wide, other
    if bad:
        yield "bad", left, UP + 1, wide, bad


def _tall(count: int, most: int, room: int) -> float:
    """Give the height of a bar; the smallest can be seen."""
    return max(round(room * count / most, 1), 1.5) if count else 0
