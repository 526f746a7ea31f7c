"""The form of a schedule: what it refuses, in which words, and what it keeps."""

from datetime import UTC, datetime
from time import process_time

import pytest
from django.utils import translation

from triggers.schedule.forms import ScheduleForm

TIME = {"mode": "time", "kind": "none", "zone": "UTC", "starts_at": "2026-11-22 09:00"}
EVERY = {**TIME, "kind": "interval", "every": "5", "unit": "minutes"}
CRON = {**TIME, "kind": "cron", "expression": "* * * * *"}
FIELD = {
    "mode": "field",
    "kind": "none",
    "collection": "shop.order",
    "start_field": "created_at",
}
MONTHS = {**EVERY, "unit": "months"}
LONG = "x" * 1_000_000
MANY = "9" * 1_000_000

#: What is typed, the field at fault, and a part of the sentence.
WRONG = [
    # Cron.
    ({**CRON, "expression": "0 0 30 2 *"}, "expression", "never occurs"),
    ({**CRON, "expression": "* * * * * * *"}, "expression", "has 7 fields"),
    ({**CRON, "expression": "99 * * * *"}, "expression", "must be from 0 to 59"),
    ({**CRON, "expression": ""}, "expression", "This field is required."),
    ({**CRON, "expression": " "}, "expression", "This field is required."),
    ({**CRON, "expression": "* * * * *\0"}, "expression", "Null characters"),
    ({**CRON, "expression": LONG}, "expression", "at most 200"),
    # Intervals.
    ({**EVERY, "every": "0"}, "every", "from 1 to 52596000, not 0."),
    ({**EVERY, "every": "-1"}, "every", "not -1."),
    ({**EVERY, "every": str(10**12)}, "every", "not 1000000000000."),
    ({**EVERY, "every": ""}, "every", "This field is required."),
    ({**EVERY, "every": "1.5"}, "every", "Enter a whole number."),
    ({**EVERY, "every": MANY}, "every", "Enter a whole number."),
    ({**EVERY, "unit": ""}, "unit", "This field is required."),
    ({**EVERY, "unit": "eons"}, "unit", "eons is not one of"),
    ({**EVERY, "starts_at": ""}, "starts_at", "needs a start"),
    ({**EVERY, "unit": "weeks", "weekdays": ["9"]}, "weekdays", "9 is not one of"),
    ({**MONTHS, "on": '{"day": 32}'}, "on", "from 1 to 31, not 32."),
    ({**MONTHS, "on": '{"nth": 6, "weekday": 0}'}, "on", "from 1 to 5"),
    ({**MONTHS, "on": "{"}, "on", "Enter a valid JSON."),
    ({**MONTHS, "on": "[" * 1_000_000}, "on", "Enter a valid JSON."),
    ({**MONTHS, "on": f'{{"day": {"9" * 5000}}}'}, "on", "Enter a valid JSON."),
    # Moments and zones.
    ({**TIME, "starts_at": ""}, "starts_at", "needs a start"),
    ({**TIME, "starts_at": "tomorrow"}, "starts_at", "Enter a date and time"),
    ({**TIME, "starts_at": "2026-11-31 09:00"}, "starts_at", "Enter a date and time"),
    ({**TIME, "starts_at": "2026-11-22 09:00\0"}, "starts_at", "Enter a date and"),
    ({**TIME, "starts_at": LONG}, "starts_at", "Enter a date and time"),
    ({**TIME, "starts_at": MANY}, "starts_at", "Enter a date and time"),
    ({**TIME, "ends_at": "2026-11-22 08:59:59"}, "ends_at", "before the start"),
    ({**TIME, "zone": "Europe/Berln"}, "zone", "did you mean 'Europe/Berlin'?"),
    ({**TIME, "zone": "../../etc/passwd"}, "zone", "There is no time zone"),
    ({**TIME, "zone": "UTC\0"}, "zone", "Null characters"),
    ({**TIME, "zone": LONG}, "zone", "at most 100 characters"),
    # Limits, missed runs, load.
    ({**TIME, "max_runs": "0"}, "max_runs", "greater than or equal to 1"),
    ({**TIME, "max_runs": str(10**30)}, "max_runs", "less than or equal to"),
    ({**TIME, "misfire": "panic"}, "misfire", "panic is not one of"),
    ({**TIME, "misfire_max": "0"}, "misfire_max", "greater than or equal to 1"),
    ({**TIME, "misfire_max": "10001"}, "misfire_max", "less than or equal to 10000"),
    ({**TIME, "misfire_grace": "-1"}, "misfire_grace", "greater than or equal to 0"),
    ({**TIME, "misfire_grace": str(10**15)}, "misfire_grace", "less than or equal"),
    ({**TIME, "jitter": "86401"}, "jitter", "less than or equal to 86400"),
    ({**TIME, "jitter": "-1"}, "jitter", "greater than or equal to 0"),
    # Date fields.
    ({**FIELD, "collection": ""}, "collection", "Choose the collection."),
    ({**FIELD, "collection": "shop.removed"}, "collection", "may not touch"),
    ({**FIELD, "collection": "auth.user"}, "collection", "may not touch 'auth.user'"),
    ({**FIELD, "collection": LONG}, "collection", "…'. Add it to"),
    ({**FIELD, "start_field": ""}, "start_field", "Choose the date field."),
    ({**FIELD, "start_field": "total"}, "start_field", "'total' is no date."),
    ({**FIELD, "start_field": "removed"}, "start_field", "has no field 'removed'"),
    ({**FIELD, "start_field": "a\0"}, "start_field", "Null characters"),
    ({**FIELD, "start_field": LONG}, "start_field", "at most 200 characters"),
    ({**FIELD, "end_field": "total"}, "end_field", "'total' is no date."),
    ({**FIELD, "preload": "removed"}, "preload", "has no field 'removed'"),
    ({**FIELD, "preload": LONG}, "preload", "…'. It has:"),
    ({**FIELD, "start_offset": str(10**12)}, "start_offset", "less than or equal"),
    (
        {**FIELD, "start_offset": str(10**9), "start_unit": "days"},
        "start_offset",
        "That is more than a hundred years.",
    ),
    # The kinds themselves.
    ({**TIME, "mode": "mood"}, "mode", "mood is not one of"),
    ({**TIME, "kind": "at will"}, "kind", "at will is not one of"),
]


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    WRONG,
    ids=[f"{field}-{number}" for number, (_, field, _) in enumerate(WRONG)],
)
def test_wrong_input_names_its_field_and_the_reason(typed, field, sentence):
    began = process_time()
    form = ScheduleForm(typed)

    assert list(form.errors) == [field]
    assert sentence in " ".join(map(str, form.errors[field]))
    # Only a hang takes that long.
    assert process_time() - began < 0.5


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({**CRON, "expression": "99 * * * *"}, "должно быть от 0 до 59"),
        ({**TIME, "zone": "Europe/Berln"}, "возможно, это 'Europe/Berlin'?"),
        ({**EVERY, "every": "0"}, "целое число от 1 до 52596000, а не 0"),
        ({**TIME, "starts_at": ""}, "Без cron расписанию нужно время начала."),
        ({**TIME, "starts_at": "x"}, "2026-11-22 09:00:00"),
        ({**FIELD, "start_field": ""}, "Выберите поле даты."),
    ],
)
def test_errors_are_in_russian(typed, sentence):
    with translation.override("ru"):
        [messages] = ScheduleForm(typed).errors.values()

    assert sentence in " ".join(map(str, messages))


START = {"starts_at": datetime(2026, 11, 22, 9, tzinfo=UTC)}
SHOP = {
    "mode": "field",
    "collection": "shop.order",
    "start_field": "delivery_on",
    "start_offset": -2,
    "start_unit": "days",
    "preload": ["customer", "lines.product"],
    "end_field": "paid_at",
    "end_offset": 3,
    "end_unit": "hours",
}
MODES = [{"mode": "time", **START}, SHOP]
REPEATS = [
    {"kind": "none"},
    {"kind": "cron", "expression": "0 9 * * 1-5"},
    *(
        {"kind": "interval", "every": 3, "unit": unit}
        for unit in ("seconds", "minutes", "hours", "days", "weeks", "months", "years")
    ),
    {"kind": "interval", "every": 1, "unit": "weeks", "weekdays": [0, 3]},
    {"kind": "interval", "every": 1, "unit": "months", "on": {"day": 31}},
    {"kind": "interval", "every": 1, "unit": "months", "on": {"last_day": True}},
    {
        "kind": "interval",
        "every": 1,
        "unit": "months",
        "on": {"nth": -1, "weekday": 4},
    },
]
REST = {
    "zone": "Europe/Berlin",
    "ends_at": datetime(2030, 1, 1, tzinfo=UTC),
    "max_runs": 7,
    "misfire": "all",
    "misfire_grace": 5,
    "misfire_max": 20,
    "jitter": 30,
}


def posted(config):
    """Write a configuration as the browser sends its form back."""
    form = ScheduleForm(initial=ScheduleForm.flat(config))
    values = {field.name: field.value() for field in form}
    return {name: value for name, value in values.items() if value is not None}


@pytest.mark.parametrize("mode", MODES, ids=["time", "field"])
@pytest.mark.parametrize("repeat", REPEATS, ids=str)
def test_what_is_stored_comes_back_from_the_form(mode, repeat):
    config = {**mode, **REST, "repeat": repeat}

    form = ScheduleForm(posted(config))

    assert form.errors == {}
    stored = form.config
    assert {name: stored[name] for name in config} == config


@pytest.mark.parametrize("mode", MODES, ids=["time", "field"])
@pytest.mark.parametrize("repeat", REPEATS, ids=str)
def test_what_is_stored_is_valid(mode, repeat):
    form = ScheduleForm.for_config({**mode, **REST, "repeat": repeat})

    assert list(form.problems()) == []
    assert form.config["repeat"] == repeat


def test_every_field_is_shown():
    shown = set()
    for _title, names in ScheduleForm.groups:
        for name in names:
            shown.update([name] if isinstance(name, str) else name)

    assert shown == set(ScheduleForm.base_fields)


def test_moments_are_shown_on_the_wall_clock_of_the_zone():
    flat = ScheduleForm.flat({**START, "zone": "Europe/Berlin"})

    assert flat["starts_at"].isoformat() == "2026-11-22T10:00:00+01:00"
