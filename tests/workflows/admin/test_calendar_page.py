"""The calendar: days and hours in a zone, what ran and what will, bounded."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from tests.workflows.admin.conftest import execute, person, say, shown, url
from workflows import services
from workflows.admin import WorkflowAdmin
from workflows.admin.calendar import entries as calendar_entries, page as calendars
from workflows.admin.calendar.ranges import DAY, MONTH, WEEK, Range
from workflows.models import Category, Execution, Workflow

PAGE = "workflow_calendar"
BERLIN = ZoneInfo("Europe/Berlin")
#: A Wednesday.
NOON = datetime(2026, 11, 25, 12, tzinfo=BERLIN)


# Ranges.


def test_month_is_shown_in_whole_weeks():
    with translation.override("ru"):
        days = Range(MONTH, date(2026, 11, 25), BERLIN).days

    assert (days[0], days[-1]) == (date(2026, 10, 26), date(2026, 12, 6))
    assert len(days) % 7 == 0


def test_week_begins_as_the_language_has_it():
    with translation.override("ru"):
        assert Range(WEEK, date(2026, 11, 25), BERLIN).days[0].isoweekday() == 1
    with translation.override("en"):
        assert Range(WEEK, date(2026, 11, 25), BERLIN).days[0].isoweekday() == 7


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 10, 25), 25), (date(2026, 3, 29), 23), (date(2026, 11, 25), 24)],
)
def test_day_has_its_hours(day, hours):
    span = Range(DAY, day, BERLIN)

    assert len(span.edges) == hours + 1
    assert len(set(span.labels())) == hours
    assert bool(span.note()) is (hours != 24)


def test_hour_that_comes_twice_is_told_apart():
    labels = Range(DAY, date(2026, 10, 25), BERLIN).labels()

    assert labels[1:5] == ["01:00", "02:00 CEST", "02:00 CET", "03:00"]


def test_half_an_hour_of_change_has_a_short_slot():
    span = Range(DAY, date(2026, 4, 5), ZoneInfo("Australia/Lord_Howe"))

    assert span.edges[-1] - span.edges[-2] == timedelta(minutes=30)


@pytest.mark.parametrize(
    ("view", "before", "after"),
    [
        (MONTH, date(2025, 12, 1), date(2026, 2, 1)),
        (WEEK, date(2026, 1, 24), date(2026, 2, 7)),
        (DAY, date(2026, 1, 30), date(2026, 2, 1)),
    ],
)
def test_one_goes_back_and_forth(view, before, after):
    span = Range(view, date(2026, 1, 31), BERLIN)

    assert (span.before, span.after) == (before, after)


def test_ends_of_time_are_no_error():
    assert Range(MONTH, date(2999, 12, 31), BERLIN).after == date(2999, 12, 31)
    assert Range(MONTH, date(2000, 1, 1), BERLIN).before == date(2000, 1, 1)


# The page.


@pytest.fixture
def at_noon(time_machine):
    time_machine.move_to(NOON, tick=False)
    return NOON


@pytest.fixture
def plan(make_version, at_noon):
    """Enable a workflow that repeats."""

    def plan(title, expression, zone="Europe/Berlin"):
        config = {"zone": zone, "repeat": {"kind": "cron", "expression": expression}}
        version = make_version(say(), title=title, config=config)
        services.enable(version, timezone.now())
        return version

    return plan


def ran(version, moment, *statuses, planned=None):
    first = Execution.objects.count()
    Execution.objects.bulk_create(
        Execution(
            workflow_id=version.workflow_id,
            version_id=version.pk,
            event_key=f"ran-{first + number}",
            status=status,
            created_at=moment,
            planned_at=planned,
        )
        for number, status in enumerate(statuses)
    )


def rows(browser, **query):
    """List what stands in which slot."""
    slots = browser.get(url(PAGE), query).context["slots"]
    return [
        (slot.start.strftime("%d %H"), row.title, row.entry.kind, row.entry.count)
        for slot in slots
        for row in slot.rows
    ]


def test_planned_runs_are_those_that_will_fire(by_owner, plan):
    version = plan("Daily", "0 9 * * *")

    found = rows(by_owner, view="week", workflow=version.workflow_id)

    assert found == [(f"{day} 00", "Daily", "planned", 1) for day in (26, 27, 28)]


def test_past_runs_have_their_status_and_lead_to_their_page(by_owner, plan):
    version = plan("Daily", "0 9 * * *")
    ran(version, NOON - timedelta(hours=3), "failed")
    only = Execution.objects.get()

    response = by_owner.get(url(PAGE), {"view": "day", "workflow": version.workflow_id})

    assert rows(by_owner, view="day", workflow=version.workflow_id) == [
        ("25 09", "Daily", "failed", 1)
    ]
    assert url("execution_change", only.pk) in shown(response)


def test_many_alike_stand_together_and_lead_to_the_list(by_owner, plan):
    version = plan("Daily", "0 9 * * *")
    ran(version, NOON - timedelta(hours=1), *["succeeded"] * 5)

    query = {"view": "day", "workflow": version.workflow_id}
    page = shown(by_owner.get(url(PAGE), query))

    assert rows(by_owner, **query) == [("25 11", "Daily", "succeeded", 5)]
    assert "status__exact=succeeded&amp;since=2026-11-25T10%3A00%3A00" in page
    assert "5 runs" in page


def test_dense_days_are_summed_up(by_owner, plan):
    version = plan("Often", "* * * * *")

    query = {"view": "week", "workflow": version.workflow_id}
    page = shown(by_owner.get(url(PAGE), query))

    counts = [count for _slot, _title, _kind, count in rows(by_owner, **query)]
    assert counts == [719, 1440, 1440, 1440]
    assert "1,440 runs" in page
    assert "every minute" in page


def test_dense_month_is_counted_to_a_limit(by_owner, plan):
    plan("Often", "* * * * * *")

    page = shown(by_owner.get(url(PAGE), {"view": "month"}))

    assert "more than 100 runs" in page


def test_execution_that_waits_for_its_moment_is_not_shown_twice(by_owner, plan):
    version = plan("Soon", "1 12 * * *")
    ran(version, NOON, "queued", planned=NOON + timedelta(minutes=1))
    Execution.objects.update(ahead=True)

    found = rows(by_owner, view="day", workflow=version.workflow_id)

    assert found == [("25 12", "Soon", "planned", 1)]


def test_execution_inserted_ahead_of_midnight_belongs_to_its_day(by_owner, plan):
    version = plan("Midnight", "0 0 1 1 *")
    midnight = datetime(2026, 11, 25, tzinfo=BERLIN)
    ran(version, midnight - timedelta(seconds=4), "succeeded", planned=midnight)

    query = {"view": "day", "workflow": version.workflow_id}

    assert rows(by_owner, **query) == [("25 00", "Midnight", "succeeded", 1)]
    assert rows(by_owner, **query, date="2026-11-24") == []


def test_hours_of_india_begin_at_half_past(by_owner, plan):
    version = plan("Delhi", "0 9 * * *", zone="Asia/Kolkata")
    midnight = datetime(2026, 11, 25, tzinfo=ZoneInfo("Asia/Kolkata"))
    ran(version, midnight - timedelta(minutes=10), "succeeded")
    ran(version, midnight + timedelta(minutes=10), "failed")

    query = {"view": "day", "workflow": version.workflow_id, "date": "2026-11-25"}

    assert ("25 00", "Delhi", "failed", 1) in rows(by_owner, **query)
    assert not [each for each in rows(by_owner, **query) if each[2] == "succeeded"]


def test_zone_of_the_workflow_is_shown(by_owner, plan):
    version = plan("Tokyo", "0 9 * * *", zone="Asia/Tokyo")

    one = shown(by_owner.get(url(PAGE), {"workflow": version.workflow_id}))

    assert "Times are those of Asia/Tokyo." in one
    assert "Times are those of UTC." in shown(by_owner.get(url(PAGE)))


def test_day_of_the_change_is_named(by_owner, plan):
    version = plan("Nightly", "30 2 * * *")

    query = {"view": "day", "date": "2027-10-31", "workflow": version.workflow_id}
    response = by_owner.get(url(PAGE), query)

    assert len(response.context["slots"]) == 25
    assert "it has 25 hours" in shown(response)
    assert [each[1:] for each in rows(by_owner, **query)] == [("Nightly", "planned", 1)]


def test_crowded_hours_are_named(by_owner, plan):
    for title in ("A", "B", "C"):
        plan(title, "15 18 * * *")
    plan("D", "0 20 * * *")

    day = shown(by_owner.get(url(PAGE), {"view": "day"}))
    week = shown(by_owner.get(url(PAGE), {"view": "week"}))

    assert "3 workflows in this hour" in day
    assert "3 workflows at 17:00" in week


def test_full_slot_leads_to_its_day(by_owner, plan, monkeypatch):
    monkeypatch.setitem(calendars.AMOUNTS, "month", (3, 100, 2))
    for title in ("A", "B", "C"):
        plan(title, "0 18 * * *")

    page = shown(by_owner.get(url(PAGE)))

    assert "+ 1 more" in page
    assert "view=day&amp;date=2026-11-26" in page


def test_category_narrows(by_owner, plan):
    plan("Outside", "0 18 * * *")
    inside = plan("Inside", "0 18 * * *")
    category = Category.objects.create(name="Chosen")
    category.workflows.add(inside.workflow)

    query = {"view": "day", "category": category.pk}

    assert {title for _s, title, *_rest in rows(by_owner, **query)} == {"Inside"}


def test_today_is_marked(by_owner, at_noon):
    for view in ("month", "week"):
        page = shown(by_owner.get(url(PAGE), {"view": view}))

        assert page.count('aria-current="date"') == 1
    assert 'aria-current="time"' in shown(by_owner.get(url(PAGE), {"view": "day"}))


@pytest.mark.parametrize(
    "query",
    [
        {"view": "x", "date": "x", "workflow": "x", "category": "x"},
        {"date": "0001-01-01"},
        {"date": "9999-12-31"},
        {"workflow": "9" * 30},
    ],
)
def test_odd_questions_are_answered(by_owner, at_noon, query):
    assert by_owner.get(url(PAGE), query).status_code == 200


def test_empty_calendar_says_what_to_do(by_owner, at_noon):
    page = shown(by_owner.get(url(PAGE)))

    assert "Nothing has run here and nothing is planned." in page


def test_long_history_is_counted_in_part(by_owner, plan, monkeypatch):
    monkeypatch.setattr(calendar_entries, "COUNTED", 3)
    version = plan("Daily", "0 9 * * *")
    ran(version, NOON - timedelta(hours=1), *["succeeded"] * 5)

    page = shown(by_owner.get(url(PAGE), {"view": "day"}))

    assert "Very many have run" in page
    assert "3 runs" in page


def test_past_needs_its_permission(browse, plan):
    version = plan("Daily", "0 9 * * *")
    ran(version, NOON - timedelta(hours=1), "failed")
    browser = browse(person("planner", "view_workflow"))

    page = shown(browser.get(url(PAGE), {"view": "day"}))

    assert "You may not see executions" in page
    assert rows(browser, view="day") == []


def test_workflows_that_one_may_not_see_are_left_out(browse, plan, monkeypatch):
    hidden = plan("Hidden", "0 18 * * *")
    plan("Shown", "0 18 * * *")
    monkeypatch.setattr(
        WorkflowAdmin,
        "has_view_permission",
        lambda self, request, obj=None: obj is None or obj.pk != hidden.workflow_id,
    )
    browser = browse(person("limited", "view_workflow"))

    assert {title for _s, title, *_rest in rows(browser, view="day")} == {"Shown"}
    assert "Hidden" not in shown(browser.get(url(PAGE), {"view": "day"}))


def test_stranger_sees_no_calendar(browse, stranger):
    assert browse(stranger).get(url(PAGE)).status_code == 403


def test_purged_workflow_stays_in_the_past(by_owner, version):
    execute(version)
    version.workflow.versions.all()._raw_delete("default")
    Workflow.objects.all()._raw_delete("default")

    assert [each[1] for each in rows(by_owner, view="day")] == ["deleted"]


def test_calendar_costs_the_same_for_many(
    by_owner, plan, django_assert_num_queries, django_assert_max_num_queries
):
    plan("First", "0 18 * * *")
    with django_assert_max_num_queries(22) as few:
        by_owner.get(url(PAGE))
    for number in range(10):
        plan(f"More {number}", "0 18 * * *")

    with django_assert_num_queries(len(few)):
        by_owner.get(url(PAGE))
