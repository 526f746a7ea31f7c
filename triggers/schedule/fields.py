"""The fields of a schedule that are of its own kind: moments and days of a month."""

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext

from triggers.schedule.widgets import MomentInput, MonthDayInput

#: Longer names, expressions and days are mistakes, and not worth repeating.
LONGEST = 200
_WRITTEN = re.compile(r"\d{4}-\d\d?-\d\d?[\d:TtZz+., -]{0,30}")


class MomentField(forms.CharField):
    """A moment: on the wall clock of the schedule, or with an offset of its own."""

    widget = MomentInput

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values or isinstance(value, datetime):
            return value or None
        text = str(value).strip()
        try:
            # Python reads more as a date than people mean as one.
            moment = parse_datetime(text) if _WRITTEN.fullmatch(text) else None
        except ValueError:
            moment = None
        if moment is None:
            message = gettext("Enter a date and time, such as 2026-11-22 09:00:00.")
            raise ValidationError(message)
        return moment

    def prepare_value(self, value: Any) -> Any:
        """Leave out the offset, where the zone of the schedule gives it again."""
        if not isinstance(value, datetime):
            return value
        is_plain = isinstance(value.tzinfo, ZoneInfo) and _is_first(value)
        return (value.replace(tzinfo=None) if is_plain else value).isoformat()


def _is_first(moment: datetime) -> bool:
    """Tell whether it is the first time that the clock shows this."""
    return moment.replace(fold=0).utcoffset() == moment.utcoffset()


class DayField(forms.JSONField):
    """`{"day": 31}`, `{"last_day": true}` or `{"nth": 2, "weekday": 0}`."""

    widget = MonthDayInput

    def to_python(self, value: Any) -> Any:
        try:
            short = not isinstance(value, str) or len(value) <= LONGEST
            return super().to_python(value if short else value[:LONGEST])
        except ValueError:  # a number of very many digits
            raise ValidationError(self.error_messages["invalid"]) from None

    def prepare_value(self, value: Any) -> Any:
        return value

    def bound_data(self, data: Any, initial: Any) -> Any:
        return initial if self.disabled else data
