"""How the form of a schedule asks: tabs, moments, zones and days of a month."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from triggers.schedule.recurrence import LAST_NTH, zone_names

#: What the calendar of a browser can show.
_PLAIN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?")
DAY_KINDS = [
    ("", _("the day of the start")),
    ("day", _("this day")),
    ("last_day", _("the last day")),
    ("nth", _("this weekday")),
]
NTH = [
    (1, pgettext_lazy("weekday of a month", "first")),
    (2, pgettext_lazy("weekday of a month", "second")),
    (3, pgettext_lazy("weekday of a month", "third")),
    (4, pgettext_lazy("weekday of a month", "fourth")),
    (5, pgettext_lazy("weekday of a month", "fifth")),
    (LAST_NTH, pgettext_lazy("weekday of a month", "last")),
]


class Tabs(forms.RadioSelect):
    """A few choices side by side, named as a group."""

    template_name = "admin/triggers/tabs.html"

    def __init__(self, title: Any) -> None:
        super().__init__()
        self.title = title

    def get_context(
        self, name: str, value: Any, attrs: dict[str, Any] | None
    ) -> dict[str, Any]:
        return {**super().get_context(name, value, attrs), "title": self.title}


class MomentInput(forms.TextInput):
    """A moment with the calendar of the browser, unless that could not show it."""

    def get_context(
        self, name: str, value: Any, attrs: dict[str, Any] | None
    ) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        shown = context["widget"]["value"]
        if not shown or _PLAIN.fullmatch(shown):
            context["widget"]["type"] = "datetime-local"
            context["widget"]["attrs"]["step"] = 1
        return context


class ZoneInput(forms.TextInput):
    """The name of a time zone, and all that there are to choose from."""

    template_name = "admin/triggers/zone.html"

    def get_context(
        self, name: str, value: Any, attrs: dict[str, Any] | None
    ) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        known = f"{context['widget']['attrs'].get('id', name)}_known"
        context["widget"]["attrs"]["list"] = known
        return {**context, "known": known, "zones": zone_names()}


class MonthDayInput(forms.MultiWidget):
    """The day of a month, as `{"day": 31}`, `{"last_day": true}` or `{"nth", …}`."""

    template_name = "admin/triggers/month_day.html"

    def __init__(self) -> None:
        number = {"min": 1, "max": 31, "aria-label": _("Day of the month")}
        super().__init__(
            {
                "kind": forms.Select({"aria-label": _("Which day")}, DAY_KINDS),
                "day": forms.NumberInput(number),
                "nth": forms.Select({"aria-label": _("Which of them")}, NTH),
                "weekday": forms.Select({"aria-label": _("Weekday")}, WEEKDAYS.items()),
            }
        )

    def decompress(self, value: Any) -> list[Any]:
        match value:
            case {"day": day}:
                return ["day", day, None, None]
            case {"last_day": True}:
                return ["last_day", None, None, None]
            case {"nth": nth, "weekday": weekday}:
                return ["nth", None, nth, weekday]
            case _:
                return ["", None, None, None]

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Read what was chosen, or the day as it is stored."""
        if name in data:
            return data[name]
        kind, day, nth, weekday = super().value_from_datadict(data, files, name)
        match kind:
            case "day":
                return {"day": _number(day)}
            case "last_day":
                return {"last_day": True}
            case "nth":
                return {"nth": _number(nth), "weekday": _number(weekday)}
            case _:
                return None

    def value_omitted_from_data(
        self, data: Mapping[str, Any], files: Any, name: str
    ) -> bool:
        omitted: bool = super().value_omitted_from_data(data, files, name)
        return name not in data and omitted


def _number(text: object) -> object:
    """Read a number; what is none is told by the rule."""
    is_number = isinstance(text, str) and re.fullmatch(r"-?\d{1,9}", text)
    return int(str(text)) if is_number else text
