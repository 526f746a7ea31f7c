"""Small marks in lists and pages: an icon and a word, never a colour alone."""

import json
from datetime import datetime, timedelta
from typing import Any

from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from workflows.codec import TypedEncoder

#: Outlines in a box of 16 by 16.
ICONS = {
    "queued": "M2 4h12M2 8h12M2 12h7",
    "running": "M5 3l8 5-8 5z",
    "waiting": "M8 4v4l3 2M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13",
    "retrying": "M13 3v3.5H9.5M13 6.5A5.5 5.5 0 1 0 13.3 9.5",
    "continued": "M3 3l5 5-5 5M9 3l4 5-4 5",
    "succeeded": "M2.5 8.5l4 4 7-9",
    "failed": "M3.5 3.5l9 9M12.5 3.5l-9 9",
    "error": "M8 2L14.5 13.5H1.5zM8 6.5v3M8 11.3v.4",
    "cancelled": "M12.6 3.4l-9.2 9.2M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13",
    "timed_out": "M4 2h8M4 14h8M4.5 2c0 4 7 8 7 12M11.5 2c0 4-7 8-7 12",
    "rejected": "M4.5 8h7M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13",
    "missed": "M3 3l6 5-6 5zM12 3v10",
    "pinned": "M5.5 2h5M6.5 2v4L4 9h8L9.5 6V2M8 9v5",
    "untouched": "M3 3l6 5-6 5zM12 3v10",
    "planned": "M3 4h10v9H3zM3 7h10M6 2.5v3M10 2.5v3",
    "skipped": "M3 3l6 5-6 5zM12 3v10",
    "on": "M2.5 8.5l4 4 7-9",
    "off": "M8 3.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9",
    "current": "M3 8h9M8.5 4.5L12 8l-3.5 3.5",
    "frozen": "M4 7.5h8v6H4zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5",
}
#: Characters that turn the direction of what follows, shown as JSON writes them.
BIDI = {
    code: f"\\u{code:04x}" for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
}


def badge(kind: str, text: object) -> SafeString:
    """Show a state by an icon and its word; the style sheet adds a colour."""
    return format_html(
        '<span class="wf-badge wf-{}">{}{}</span>', kind, icon(kind), text
    )


def icon(kind: str) -> SafeString:
    return format_html(
        '<svg class="wf-icon" viewBox="0 0 16 16" aria-hidden="true">'
        '<path d="{}"/></svg>',
        ICONS.get(kind, ICONS["off"]),
    )


def isolated(text: object) -> SafeString:
    """Show what people typed so that its direction touches nothing around it."""
    return format_html('<bdi class="wf-text">{}</bdi>', text)


def moment(value: datetime | None) -> SafeString | str:
    """Show a moment to the second: this is about being on time."""
    if value is None:
        return ""
    local = localtime(value)
    return format_html(
        '<time class="wf-time" datetime="{}"><span>{}</span> <span>{}</span></time>',
        local.isoformat(),
        local.strftime("%Y-%m-%d"),
        local.strftime("%H:%M:%S"),
    )


def duration(value: timedelta | None) -> str:
    """Say how long something took, in the two largest units."""
    if value is None:
        return ""
    seconds = value.total_seconds()
    if value < timedelta(seconds=1):
        return _("%(n)s ms") % {"n": round(seconds * 1000)}
    if value < timedelta(minutes=1):
        return _("%(n)s s") % {"n": f"{seconds:.1f}"}
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if not hours:
        return _("%(m)s min %(s)s s") % {"m": minutes, "s": rest}
    days, hours = divmod(hours, 24)
    if not days:
        return _("%(h)s h %(m)s min") % {"h": hours, "m": minutes}
    return _("%(d)s d %(h)s h") % {"d": days, "h": hours}


def grouped(count: int) -> str:
    """Write a number as the language does, its thousands apart."""
    return number_format(count, force_grouping=True)


def pretty(value: Any) -> str:
    """Write a stored value as JSON for people, in lines."""
    text = json.dumps(value, cls=TypedEncoder, indent=2, ensure_ascii=False)
    return text.translate(BIDI)


def cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"
