"""The next runs with their notes."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from triggers.schedule.recurrence import (
    Cron,
    Daily,
    DayOfMonth,
    Elapsed,
    Monthly,
    Note,
    Recurrence,
    Rule,
    Weekly,
    Yearly,
    preview,
)
from triggers.schedule.recurrence.languages import ENGLISH_NOTES, RUSSIAN_NOTES

BERLIN = ZoneInfo("Europe/Berlin")
SPRING = datetime(2026, 3, 28, 12, tzinfo=UTC)
AUTUMN = datetime(2026, 10, 24, 23, tzinfo=UTC)


def notes(
    rule: Rule,
    after: datetime,
    *,
    start: datetime | None = None,
    count: int = 3,
    language: str = "en",
) -> list[str | None]:
    runs = preview(Recurrence(rule, start, None, BERLIN), after, count)
    return [run.note.text(language) if run.note else None for run in runs]


def test_a_skipped_time_is_explained():
    assert notes(Cron("30 2 * * *"), SPRING) == [
        "the clock change skips 02:30 on this day; runs at 03:00",
        None,
        None,
    ]


def test_a_skipped_time_is_explained_in_russian():
    assert notes(Cron("30 2 * * *"), SPRING, count=1, language="ru") == [
        "перевод часов пропускает 02:30 в этот день; запуск в 03:00"
    ]


def test_the_code_and_the_facts_are_there():
    [run] = preview(Recurrence(Cron("15 30 2 * * *"), None, None, BERLIN), SPRING, 1)

    assert run.note == Note("skipped", "02:30:15", "03:00")


@pytest.mark.parametrize("expression", ["*/15 * * * *", "0 * * * *", "0 3 * * *"])
def test_a_rule_that_loses_nothing_has_no_note(expression):
    assert set(notes(Cron(expression), SPRING, count=60)) == {None}


def test_a_repeated_time_is_explained():
    assert notes(Cron("30 2 * * *"), AUTUMN, count=2) == [
        "the clock shows 02:30 twice on this day; runs the first time",
        None,
    ]


def test_steps_run_in_both_hours_and_say_so():
    assert notes(Cron("*/30 2 * * *"), AUTUMN, count=5) == [
        "the clock shows 02:00 twice on this day; the first of both",
        "the clock shows 02:30 twice on this day; the first of both",
        "the clock shows 02:00 twice on this day; the second of both",
        "the clock shows 02:30 twice on this day; the second of both",
        None,
    ]


@pytest.mark.parametrize("rule", [Daily(), Weekly(1, [6]), Monthly(1, DayOfMonth(29))])
def test_calendar_rules_explain_clock_changes(rule):
    start = datetime(2026, 1, 1, 2, 30, tzinfo=BERLIN)

    assert notes(rule, SPRING, start=start, count=1) == [
        "the clock change skips 02:30 on this day; runs at 03:00"
    ]


def test_elapsed_time_has_nothing_to_explain():
    assert set(notes(Elapsed(30, "minutes"), AUTUMN, start=SPRING, count=9)) == {None}


def test_a_short_month_is_explained():
    start = datetime(2026, 1, 31, 9, tzinfo=BERLIN)

    assert notes(Monthly(), start, start=start) == [
        "the month has no day 31; runs on day 28",
        None,
        "the month has no day 31; runs on day 30",
    ]


def test_a_year_without_29_february_is_explained():
    start = datetime(2024, 2, 29, 9, tzinfo=BERLIN)

    assert notes(Yearly(), start, start=start, count=4, language="ru") == [
        *["в этом месяце нет 29-го числа; запуск 28-го"] * 3,
        None,
    ]


def test_a_given_day_that_a_month_lacks_is_explained():
    start = datetime(2026, 2, 1, 9, tzinfo=BERLIN)

    assert notes(Monthly(1, DayOfMonth(30)), start, start=start, count=2) == [
        "the month has no day 30; runs on day 28",
        None,
    ]


def test_preview_counts_to_ten():
    assert len(preview(Recurrence(Cron("@daily"), None, None, BERLIN), SPRING)) == 10


def test_preview_ends_where_the_schedule_ends():
    end = datetime(2026, 3, 30, tzinfo=UTC)

    assert len(preview(Recurrence(Cron("@daily"), None, end, BERLIN), SPRING)) == 2


def test_an_unknown_language_reads_english():
    assert notes(Cron("30 2 * * *"), SPRING, count=1, language="xx") == notes(
        Cron("30 2 * * *"), SPRING, count=1
    )


def test_both_languages_have_every_note():
    assert ENGLISH_NOTES.keys() == RUSSIAN_NOTES.keys()
