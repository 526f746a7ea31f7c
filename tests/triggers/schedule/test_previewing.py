"""What the form shows of a schedule is what will fire."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import translation

from tests.conftest import NOW
from triggers.schedule.previewing import preview_of
from workflows.contracts import Subscription
from workflows.models import Workflow


@pytest.fixture
def preview(make_version):
    """Preview a schedule that is not enabled."""

    def preview(language="en", **config):
        version = make_version(config={"zone": "UTC", **config})
        subscription = Subscription(version.workflow_id, version.pk, config)
        with translation.override(language):
            return preview_of(subscription, NOW, language)

    return preview


@pytest.fixture
def users(settings, db):
    """Give users who join at these seconds from the beginning."""
    settings.WORKFLOWS = {"COLLECTIONS": ["auth.user"]}

    def make(*seconds):
        dates = [NOW + timedelta(seconds=each) for each in seconds]
        named = [User(username=f"u{n}", date_joined=d) for n, d in enumerate(dates)]
        return User.objects.bulk_create(named)

    return make


def seconds(preview):
    return [int((run.moment - NOW).total_seconds()) for run in preview.runs]


CRON = {"kind": "cron", "expression": "*/5 * * * * *"}
JOINED = {"mode": "field", "collection": "auth.user", "start_field": "date_joined"}


def test_ten_runs_are_shown(preview):
    assert seconds(preview(repeat=CRON)) == [5 * n for n in range(1, 11)]


def test_runs_are_on_the_wall_clock_of_the_zone(preview):
    repeat = {"kind": "cron", "expression": "0 9 * * *"}

    shown = preview(repeat=repeat, zone="Asia/Kolkata")

    assert shown.zone == "Asia/Kolkata"
    assert shown.runs[0].moment.isoformat() == "2026-11-23T09:00:00+05:30"


def test_clock_change_is_noted_in_the_language(preview):
    repeat = {"kind": "cron", "expression": "30 2 28 3 *"}

    shown = preview("ru", repeat=repeat, zone="Europe/Berlin")

    assert shown.runs[0].note.startswith("перевод часов пропускает 02:30")


@pytest.mark.parametrize(
    "config",
    [
        {"starts_at": NOW},
        {"starts_at": NOW + timedelta(seconds=7)},
        {"starts_at": NOW - timedelta(seconds=7)},
        {"repeat": CRON},
        {"repeat": CRON, "ends_at": NOW + timedelta(seconds=22)},
        {"repeat": CRON, "max_runs": 3},
        {
            "starts_at": NOW,
            "repeat": {"kind": "interval", "every": 4, "unit": "seconds"},
        },
    ],
)
def test_what_is_shown_is_what_fires(preview, enable, time, config):
    shown = preview(**config)

    enable(**config)
    time.go(60)

    assert time.seconds()[: len(shown.runs)] == seconds(shown)
    assert len(time.seconds()) == len(shown.runs) or len(shown.runs) == 10


def test_runs_that_were_count_for_the_limit(make_version):
    version = make_version(config={"repeat": CRON, "max_runs": 3})
    Workflow.objects.update(run_count=2)
    subscription = Subscription(version.workflow_id, version.pk, version.trigger_config)

    shown = preview_of(subscription, NOW, "en")

    assert seconds(shown) == [5]
    assert shown.remarks == ["Its limit allows 1 more run."]


@pytest.mark.parametrize(
    ("config", "remark"),
    [
        ({"starts_at": NOW - timedelta(days=1)}, "No run is to come."),
        ({"starts_at": NOW + timedelta(days=1)}, "After that it ends."),
    ],
)
def test_end_is_said(preview, config, remark):
    assert preview(**config).remarks == [remark]


def test_jitter_is_said(preview):
    assert "later than shown" in preview(repeat=CRON, jitter=86_400).remarks[0]


def test_next_records_are_shown_the_earliest_first(preview, users):
    users(30, -5, 10, 20)

    shown = preview(**JOINED)

    assert seconds(shown) == [10, 20, 30]
    assert shown.runs[0].record == f"user {User.objects.get(username='u2').pk}"


def test_distance_moves_the_runs(preview, users):
    users(30)

    shown = preview(**JOINED, start_offset=-20, start_unit="seconds")

    assert seconds(shown) == [10]
    assert shown.words == "20 s before date joined of user"


def test_repetition_shows_records_of_the_past_too(preview, users):
    users(-7, 10)

    assert seconds(preview(**JOINED, repeat=CRON)) == [0, 10]


def test_few_records_are_read(preview, users, django_assert_max_num_queries):
    users(*range(1, 40))

    with django_assert_max_num_queries(12):
        assert len(preview(**JOINED, repeat=CRON).runs) == 5


def test_nothing_is_shown_of_records_that_are_over(preview, users):
    users(-5)

    shown = preview(**JOINED)

    assert shown.runs == []
    assert shown.remarks == ["No record has a date that is still to come."]


def test_words_are_in_the_language(preview):
    assert preview("ru", repeat=CRON).words == "каждые 5 секунд"
