"""The form of a schedule: both modes, the repetition, the ends, missed runs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeGuard
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.db.models import DateField
from django.utils.dates import WEEKDAYS
from django.utils.translation import get_language, gettext, gettext_lazy as _

from triggers.schedule.config import ALL, FIELD, ONCE, SKIP, TIME, ScheduleConfig
from triggers.schedule.fields import LONGEST, DayField, MomentField
from triggers.schedule.recurrence import InvalidRule, zone_named
from triggers.schedule.widgets import Tabs, ZoneInput
from workflows.collections import collection, field_of
from workflows.exceptions import WorkflowError
from workflows.forms import CollectionField, ConfigForm
from workflows.paths import preload_lookups
from workflows.record_forms import PreloadField
from workflows.spans import LONGEST_SECONDS

UNITS = [
    ("seconds", _("seconds")),
    ("minutes", _("minutes")),
    ("hours", _("hours")),
    ("days", _("days")),
]
LONG_UNITS = [
    *UNITS,
    ("weeks", _("weeks")),
    ("months", _("months")),
    ("years", _("years")),
]
REPEATS = [("none", _("never")), ("interval", _("every …")), ("cron", _("cron"))]
MODES = [(TIME, _("Custom time")), (FIELD, _("Date field of a collection"))]
MISFIRES = [
    (SKIP, _("skip it and note it")),
    (ONCE, _("run once")),
    (ALL, _("run all of them")),
]
AFTER, BEFORE = "after", "before"
#: Scripts offer the dates of the collection there.
OFFERED = {"data-wf-fields": "dates", "autocomplete": "off"}
SIDES = [(AFTER, _("after the date")), (BEFORE, _("before the date"))]
NEVER, AT, COUNTED, FIRST = "never", "at", "counted", "first"
ENDS = [
    (NEVER, _("never")),
    (AT, _("at a moment")),
    (COUNTED, _("after a number of runs")),
    (FIRST, _("at whichever of both is first")),
]
#: What an end is said by, other than by its kind.
_ENDED_BY = {
    NEVER: (),
    AT: ("ends_at", "end_field", "end_offset"),
    COUNTED: ("max_runs",),
    FIRST: ("ends_at", "end_field", "end_offset", "max_runs"),
}
_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}


class ScheduleForm(ConfigForm):
    """Stores `{"mode", "zone", "repeat": {...}, ...}`; see the reference of rules."""

    mode = forms.ChoiceField(
        label=_("Mode"), choices=MODES, initial=TIME, widget=Tabs(_("Mode"))
    )
    zone = forms.CharField(
        label=_("Time zone"), max_length=100, required=False, widget=ZoneInput
    )
    starts_at = MomentField(label=_("Starts at"), required=False)
    collection = CollectionField(label=_("Collection"), required=False)
    start_field = forms.CharField(
        label=_("Date field"),
        max_length=LONGEST,
        required=False,
        widget=forms.TextInput(OFFERED),
    )
    start_offset = forms.IntegerField(
        label=_("Distance"),
        required=False,
        min_value=-LONGEST_SECONDS,
        max_value=LONGEST_SECONDS,
    )
    start_unit = forms.ChoiceField(
        label=_("Unit"), choices=UNITS, required=False, initial="minutes"
    )
    start_side = forms.ChoiceField(
        label=_("Before or after"), choices=SIDES, required=False
    )
    preload = PreloadField(label=_("Relations to load"), required=False)
    kind = forms.ChoiceField(
        label=_("Repeat"), choices=REPEATS, initial="none", widget=Tabs(_("Repeat"))
    )
    every = forms.IntegerField(label=_("Every"), required=False)
    unit = forms.ChoiceField(
        label=_("Unit"), choices=LONG_UNITS, required=False, initial="minutes"
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=_("On weekdays"),
        choices=list(WEEKDAYS.items()),
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
    )
    on = DayField(label=_("On the day"), required=False)
    expression = forms.CharField(
        label=_("Cron expression"),
        required=False,
        help_text=_("Minute, hour, day, month, weekday: 0 9 * * 1-5."),
    )
    ends = forms.ChoiceField(
        label=_("Ends"), choices=ENDS, initial=NEVER, required=False
    )
    ends_at = MomentField(label=_("Ends at"), required=False)
    end_field = forms.CharField(
        label=_("Ends by date field"),
        max_length=LONGEST,
        required=False,
        widget=forms.TextInput(OFFERED),
    )
    end_offset = forms.IntegerField(
        label=_("Distance"),
        required=False,
        min_value=-LONGEST_SECONDS,
        max_value=LONGEST_SECONDS,
    )
    end_unit = forms.ChoiceField(label=_("Unit"), choices=UNITS, required=False)
    end_side = forms.ChoiceField(
        label=_("Before or after"), choices=SIDES, required=False
    )
    max_runs = forms.IntegerField(
        label=_("Ends after runs"),
        required=False,
        min_value=1,
        max_value=1_000_000_000,
        help_text=_("Counted over all versions of the workflow."),
    )
    misfire = forms.ChoiceField(
        label=_("A missed run"), choices=MISFIRES, initial=SKIP, required=False
    )
    misfire_grace = forms.IntegerField(
        label=_("Late at most (seconds)"),
        initial=60,
        required=False,
        min_value=0,
        max_value=31_536_000,
    )
    misfire_max = forms.IntegerField(
        label=_("Missed runs at most"),
        initial=100,
        required=False,
        min_value=1,
        max_value=10_000,
    )
    jitter = forms.IntegerField(
        label=_("Spread over (seconds)"),
        required=False,
        min_value=0,
        max_value=86_400,
        help_text=_("Fires later by a part of this, the same for each run."),
    )

    groups = [
        (_("Start"), ["mode", "zone", "starts_at"]),
        (
            _("Date field of a collection"),
            [
                ("collection", "start_field"),
                ("start_offset", "start_unit", "start_side"),
                "preload",
            ],
        ),
        (_("Repeat"), ["kind", ("every", "unit"), "weekdays", "on", "expression"]),
        (
            _("End"),
            [
                "ends",
                "ends_at",
                "end_field",
                ("end_offset", "end_unit", "end_side"),
                "max_runs",
            ],
        ),
        (
            _("Missed runs, load"),
            ["misfire", ("misfire_grace", "misfire_max"), "jitter"],
            "collapse",
        ),
    ]
    aids = ("ends", "start_side", "end_side")
    REPEAT_FIELDS = ("kind", "every", "unit", "weekdays", "on", "expression")

    @classmethod
    def flat(cls, config: Mapping[str, Any]) -> dict[str, Any]:
        flat = _on_the_wall(config)
        repeat = flat.pop("repeat", None) or {"kind": "none"}
        return {**flat, **_sides(config), "ends": _end_of(config), **repeat}

    @property
    def config(self) -> dict[str, Any]:
        config = super().config
        for name in ("start", "end"):
            side = self.cleaned_data.get(f"{name}_side")
            if side == BEFORE and config.get(f"{name}_offset"):
                config[f"{name}_offset"] = -abs(config[f"{name}_offset"])
        repeat = {
            name: config.pop(name) for name in self.REPEAT_FIELDS if name in config
        }
        return {**config, "repeat": _fitting(repeat)}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self._keep_end(cleaned)
        cleaned["zone"] = cleaned.get("zone") or settings.TIME_ZONE
        try:
            self._place_in_zone(zone_named(cleaned["zone"]))
        except InvalidRule as error:
            self.add_error("zone", error.sentence(get_language() or "en"))
        self._check_repetition()
        self._check_distances()
        if not self.errors:
            self._check_whole()
        if not self.errors and cleaned["mode"] == FIELD:
            self._check_fields()
        return cleaned

    def _keep_end(self, cleaned: dict[str, Any]) -> None:
        """Forget what does not belong to the kind of end that is chosen."""
        ends = cleaned.get("ends")
        kept = _ENDED_BY.get(ends or FIRST, ())
        for name in set(_ENDED_BY[FIRST]) - set(kept):
            cleaned[name] = None
            self.errors.pop(name, None)
        needed = {AT: _ENDED_BY[AT][:2], COUNTED: _ENDED_BY[COUNTED]}.get(
            ends or "", ()
        )
        if needed and not any(
            cleaned.get(name) or name in self.errors for name in needed
        ):
            message = forms.Field.default_error_messages["required"]
            self.add_error(needed[0], message)

    def _place_in_zone(self, zone: ZoneInfo) -> None:
        for name in ("starts_at", "ends_at"):
            moment = self.cleaned_data.get(name)
            if moment is not None and moment.tzinfo is None:
                self.cleaned_data[name] = moment.replace(tzinfo=zone)

    def _check_whole(self) -> None:
        """Let the code that will run the schedule read it."""
        try:
            config = ScheduleConfig.read(self.config)
            if config.mode == TIME:
                config.recurrence  # noqa: B018 - it checks its parts
        except InvalidRule as error:
            field = error.field if error.field in self.fields else None
            self.add_error(field, error.sentence(get_language() or "en"))
            return
        starts_at, ends_at = config.starts_at, config.ends_at
        if starts_at and ends_at and ends_at < starts_at and config.mode == TIME:
            self.add_error("ends_at", gettext("The end is before the start."))

    def _check_fields(self) -> None:
        if not self.cleaned_data.get("collection"):
            self.add_error("collection", gettext("Choose the collection."))
            return
        if not self.cleaned_data.get("start_field"):
            self.add_error("start_field", gettext("Choose the date field."))
        for name in ("start_field", "end_field"):
            if self.cleaned_data.get(name):
                self._check_date_field(name)
        self._check_preload()

    def _check_preload(self) -> None:
        model = collection(self.cleaned_data["collection"])
        try:
            preload_lookups(model, self.cleaned_data.get("preload") or ())
        except WorkflowError as error:
            self.add_error("preload", str(error))

    def _check_date_field(self, name: str) -> None:
        model = collection(self.cleaned_data["collection"])
        try:
            field = field_of(model, self.cleaned_data[name])
        except WorkflowError as error:
            self.add_error(name, str(error))
            return
        if not isinstance(field, DateField):
            message = gettext("'%(field)s' is no date.") % {"field": field.name}
            self.add_error(name, message)

    def _check_repetition(self) -> None:
        """Ask for what the kind of repetition cannot be without."""
        needed = {"interval": ("every", "unit"), "cron": ("expression",)}
        for name in needed.get(self.cleaned_data.get("kind", ""), ()):
            if self.cleaned_data.get(name, 0) in {None, ""}:
                self.add_error(name, forms.Field.default_error_messages["required"])

    def _check_distances(self) -> None:
        for name in ("start", "end"):
            offset = self.cleaned_data.get(f"{name}_offset") or 0
            unit = self.cleaned_data.get(f"{name}_unit") or "minutes"
            if abs(offset) * _SECONDS[unit] > LONGEST_SECONDS:
                message = gettext("That is more than a hundred years.")
                self.add_error(f"{name}_offset", message)


def _end_of(config: Mapping[str, Any]) -> str:
    has_moment = any(config.get(name) for name in ("ends_at", "end_field"))
    if config.get("max_runs") is None:
        return AT if has_moment else NEVER
    return FIRST if has_moment else COUNTED


def _sides(config: Mapping[str, Any]) -> dict[str, Any]:
    """Say distances without a sign, and on which side of the date they are."""
    flat: dict[str, Any] = {}
    for name in ("start", "end"):
        offset = config.get(f"{name}_offset")
        if isinstance(offset, int):
            flat[f"{name}_offset"] = abs(offset)
            flat[f"{name}_side"] = BEFORE if offset < 0 else AFTER
    return flat


def _on_the_wall(config: Mapping[str, Any]) -> dict[str, Any]:
    """Show the moments on the wall clock of the schedule's zone."""
    try:
        zone = zone_named(config.get("zone") or settings.TIME_ZONE)
    except InvalidRule:
        return dict(config)
    return {
        key: value.astimezone(zone) if _has_zone(value) else value
        for key, value in config.items()
    }


def _has_zone(value: object) -> TypeGuard[datetime]:
    return isinstance(value, datetime) and value.tzinfo is not None


def _fitting(repeat: dict[str, Any]) -> dict[str, Any]:
    """Keep of the repetition what belongs to its kind and unit."""
    kind, unit = repeat.get("kind", "none"), repeat.get("unit")
    if kind == "none":
        return {"kind": kind}
    if kind == "cron":
        return {"kind": kind, "expression": repeat.get("expression", "")}
    kept = {"kind": kind, "every": repeat.get("every"), "unit": unit}
    if unit == "weeks" and repeat.get("weekdays"):
        kept["weekdays"] = repeat["weekdays"]
    if unit == "months" and repeat.get("on"):
        kept["on"] = repeat["on"]
    return kept


class ManualScheduleForm(ConfigForm):
    """What a manual run of a scheduled workflow asks for."""

    date = forms.DateTimeField(label=_("Run as if at"), required=False)
    record = forms.CharField(label=_("Primary key of the record"), required=False)
