"""The form of a schedule: what it refuses, in which words, and what it keeps."""

from datetime import UTC, datetime
from time import process_time
from zoneinfo import ZoneInfo

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
    [[named, text]] = ScheduleForm(typed).problems()

    assert named == field
    assert sentence in text
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
        messages = [text for _, text in ScheduleForm(typed).problems()]

    assert sentence in " ".join(messages)


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


CHOSEN_DAYS = [
    ({"on_kind": ""}, None),
    ({"on_kind": "day", "on_day": "31"}, {"day": 31}),
    ({"on_kind": "last_day"}, {"last_day": True}),
    (
        {"on_kind": "nth", "on_nth": "-1", "on_weekday": "4"},
        {"nth": -1, "weekday": 4},
    ),
]


@pytest.mark.parametrize(("typed", "stored"), CHOSEN_DAYS)
def test_day_of_a_month_is_chosen(typed, stored):
    form = ScheduleForm({**MONTHS, **typed})

    assert form.errors == {}
    assert form.config["repeat"].get("on") == stored


@pytest.mark.parametrize("day", ["", "32", "x", "9" * 1000])
def test_day_that_no_month_has_is_told(day):
    [[field, text]] = ScheduleForm(
        {**MONTHS, "on_kind": "day", "on_day": day}
    ).problems()

    assert (field, "from 1 to 31" in text) == ("on", True)


def test_chosen_day_is_shown_again():
    form = ScheduleForm(initial={"on": {"nth": 2, "weekday": 1}})

    html = str(form["on"])
    assert '<option value="nth" selected>' in html
    assert '<option value="2" selected>second</option>' in html


@pytest.mark.parametrize(
    ("typed", "offset"),
    [
        ({"start_offset": "2", "start_side": "before"}, -2),
        ({"start_offset": "2", "start_side": "after"}, 2),
        ({"start_offset": "-2"}, -2),
        ({"start_offset": "0", "start_side": "before"}, 0),
    ],
)
def test_distance_is_before_or_after_the_date(typed, offset):
    form = ScheduleForm({**FIELD, **typed})

    assert form.errors == {}
    assert form.config["start_offset"] == offset
    assert "start_side" not in form.config


def test_distance_before_a_date_is_shown_without_a_sign():
    flat = ScheduleForm.flat({"start_offset": -2, "end_offset": 3})

    assert (flat["start_offset"], flat["start_side"]) == (2, "before")
    assert (flat["end_offset"], flat["end_side"]) == (3, "after")


ENDED = {"ends_at": "2030-01-01 00:00", "max_runs": "7"}


@pytest.mark.parametrize(
    ("ends", "kept"),
    [
        ("never", set()),
        ("at", {"ends_at"}),
        ("counted", {"max_runs"}),
        ("first", {"ends_at", "max_runs"}),
        ("", {"ends_at", "max_runs"}),
    ],
)
def test_kind_of_end_says_what_is_kept(ends, kept):
    form = ScheduleForm({**TIME, **ENDED, "ends": ends})

    assert form.errors == {}
    config = form.config
    assert {name for name in ENDED if name in config} == kept
    assert "ends" not in config
    assert ScheduleForm.flat(config)["ends"] == (ends or "first")


@pytest.mark.parametrize(
    ("ends", "field"), [("at", "ends_at"), ("counted", "max_runs")]
)
def test_chosen_end_must_be_said(ends, field):
    [problem] = ScheduleForm({**TIME, "ends": ends}).problems()

    assert problem == (field, "This field is required.")


def test_what_is_hidden_is_not_checked():
    assert ScheduleForm({**TIME, "ends": "never", "max_runs": "x"}).errors == {}


def test_moments_have_the_calendar_of_the_browser():
    moment = datetime(2026, 11, 22, 9, tzinfo=ZoneInfo("Europe/Berlin"))
    html = str(ScheduleForm(initial={"starts_at": moment})["starts_at"])

    assert 'type="datetime-local"' in html
    assert 'value="2026-11-22T09:00:00"' in html


def test_second_pass_of_an_hour_keeps_its_offset():
    moment = datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Berlin"))
    form = ScheduleForm(initial={"starts_at": moment})

    assert form["starts_at"].value() == "2026-10-25T02:30:00+01:00"
    assert 'type="text"' in str(form["starts_at"])
    again = ScheduleForm({**TIME, "zone": "Europe/Berlin", **posted_moment(form)})
    assert again.errors == {}
    assert again.config["starts_at"].astimezone(UTC) == moment.astimezone(UTC)


def posted_moment(form):
    return {"starts_at": form["starts_at"].value()}


def test_zones_are_offered():
    html = str(ScheduleForm()["zone"])

    assert 'list="id_zone_known"' in html
    assert '<option value="Europe/Berlin">' in html
    assert "Etc/" not in html


def test_every_field_is_shown():
    shown = set()
    for _title, names, *_classes in ScheduleForm.groups:
        for name in names:
            shown.update([name] if isinstance(name, str) else name)

    assert shown == set(ScheduleForm.base_fields)


def test_moments_are_shown_on_the_wall_clock_of_the_zone():
    flat = ScheduleForm.flat({**START, "zone": "Europe/Berlin"})

    assert flat["starts_at"].isoformat() == "2026-11-22T10:00:00+01:00"
