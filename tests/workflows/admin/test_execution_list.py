"""Filters, search and pages of the executions, and what they cost."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.workflows.admin.conftest import execute, say, shown, url
from workflows import services
from workflows.admin import ExecutionAdmin
from workflows.admin.paging import CappedPaginator
from workflows.models import Execution

LIST = "execution_changelist"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def ended(version):
    return execute(version)


@pytest.fixture
def broken(make_version):
    return execute(make_version({"key": "boom", "type": "test_boom"}, title="Broken"))


@pytest.fixture
def history(version):
    """Give twelve executions that were created a minute apart, the last one now."""
    now = timezone.now().replace(microsecond=0)
    rows = [
        Execution(
            workflow_id=version.workflow_id,
            version_id=version.pk,
            event_key=f"key-{number}",
            status="succeeded",
            created_at=now - (12 - number) * MINUTE,
        )
        for number in range(12)
    ]
    # Gaps, as deleted executions leave them.
    for row in Execution.objects.bulk_create(rows)[3:6]:
        row.delete()
    return list(Execution.objects.order_by("pk"))


def listed(browser, **query):
    return list(browser.get(url(LIST), query).context["cl"].result_list)


def text_of(moment):
    return f"{timezone.localtime(moment):%Y-%m-%dT%H:%M:%S}"


@pytest.mark.parametrize("place", range(9))
def test_first_since_is_exact(history, place):
    moment = history[place].created_at

    first = Execution.objects.first_since(moment)
    later = Execution.objects.first_since(moment + timedelta(seconds=1))

    assert history[place].pk >= first
    assert list(Execution.objects.filter(pk__gte=first))[-1] == history[place]
    assert Execution.objects.filter(pk__gte=later).count() == 8 - place


def test_first_since_without_history(db):
    assert Execution.objects.first_since(timezone.now()) == 1


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"status__in": "error,failed,timed_out"}, ["Broken"]),
        ({"status__in": "queued,running,waiting"}, []),
        ({"trigger": "schedule"}, ["Broken", "Greeting"]),
        ({"trigger": "webhook"}, []),
        ({"last": "1h"}, ["Broken", "Greeting"]),
        ({"since": "2001-01-01T00:00:00"}, ["Broken", "Greeting"]),
        ({"until": "2001-01-01T00:00:00"}, []),
        ({"since": "nonsense"}, []),
        ({"since": "2026-01-02T00:00", "until": "2026-01-01T00:00"}, []),
        ({"last": "nonsense"}, []),
        ({"before": "x"}, []),
        ({"q": "greet"}, ["Greeting"]),
        ({"q": "Bro ken"}, ["Broken"]),
        ({"q": "nothing of it"}, []),
        ({"q": "%"}, []),
    ],
)
def test_filters_find(by_owner, ended, broken, query, found):
    assert [e.workflow.title for e in listed(by_owner, **query)] == found


def test_range_of_time_includes_its_ends(by_owner, history):
    since, until = text_of(history[2].created_at), text_of(history[5].created_at)

    found = listed(by_owner, since=since, until=until)

    assert found == history[2:6][::-1]


def test_number_finds_its_execution(by_owner, history):
    assert listed(by_owner, q=str(history[4].pk)) == [history[4]]
    assert listed(by_owner, q=f"#{history[4].pk}") == [history[4]]


def test_key_of_an_event_finds_its_execution(by_owner, history):
    assert listed(by_owner, q="key-7") == [
        each for each in history if each.event_key == "key-7"
    ]


@pytest.mark.parametrize("query", ["9" * 40, "#", "-1", "'; --", "٣"])
def test_odd_searches_find_nothing(by_owner, history, query):
    assert listed(by_owner, q=query) == []


def test_versions_of_the_chosen_workflow_are_offered(by_owner, ended, broken):
    copy = services.copy_as_version(ended.version)

    page = shown(by_owner.get(url(LIST), {"workflow__id__exact": ended.workflow_id}))

    assert f"version__id__exact={copy.pk}" in page
    assert f"version__id__exact={broken.version_id}" not in page


def test_version_in_the_link_is_marked(by_owner, ended):
    page = shown(by_owner.get(url(LIST), {"version__id__exact": ended.version_id}))

    assert 'class="selected"' in page
    assert "Version 1" in page


@pytest.mark.parametrize("pk", ["0", "x", "9" * 30])
def test_unknown_version_finds_nothing(by_owner, ended, pk):
    response = by_owner.get(url(LIST), {"version__id__exact": pk}, follow=True)

    assert response.status_code == 200


def test_wrong_range_says_so(by_owner, ended):
    query = {"since": "2026-01-02T00:00", "until": "2026-01-01T00:00"}

    page = shown(by_owner.get(url(LIST), query))

    assert "The end is before the start." in page


def test_older_ones_are_reached_by_key(by_owner, history, monkeypatch):
    monkeypatch.setattr(ExecutionAdmin, "list_per_page", 4)
    found = []
    query = ""
    while True:
        response = by_owner.get(url(LIST) + query)
        rows = list(response.context["cl"].result_list)
        found += rows
        query = f"?before={rows[-1].pk}"
        if query not in shown(response):
            break

    assert found == history[::-1]


def test_capped_list_still_leads_to_what_is_older(by_owner, history, monkeypatch):
    monkeypatch.setattr(CappedPaginator, "most", 2)
    monkeypatch.setattr(ExecutionAdmin, "list_per_page", 2)

    response = by_owner.get(url(LIST), {"p": "2"})

    oldest = list(response.context["cl"].result_list)[-1]
    assert f"?before={oldest.pk}" in shown(response)


QUERIES = [
    {},
    {"o": "1"},
    {"o": "-6"},
    {"status__exact": "succeeded"},
    {"status__in": "error,failed,timed_out"},
    {"workflow__id__exact": "1"},
    {"version__id__exact": "1"},
    {"trigger": "schedule"},
    {"manual__exact": "1"},
    {"q": "greet"},
    {"before": "100000"},
]


@pytest.mark.parametrize("query", QUERIES)
def test_every_way_to_look_costs_the_same(
    by_owner, ended, query, django_assert_num_queries
):
    with CaptureQueriesContext(connection) as few:
        by_owner.get(url(LIST), query)
    for _ in range(5):
        execute(ended.version)

    with django_assert_num_queries(len(few)):
        by_owner.get(url(LIST), query)
    assert len(few) <= 13
    statements = [each["sql"] for each in few.captured_queries]
    assert not [sql for sql in statements if "DISTINCT" in sql]
    assert not [sql for sql in statements if '"context"' in sql]


def test_time_costs_a_few_lookups(by_owner, history, django_assert_max_num_queries):
    with django_assert_max_num_queries(20):
        by_owner.get(url(LIST), {"last": "1h"})


# On a table that pretends to be large, PostgreSQL must choose an index each time.


@pytest.fixture
def no_scans(db):
    if connection.vendor != "postgresql":
        pytest.skip("The plans are those of PostgreSQL.")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")


def plan_of(sql):
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + sql.replace("%", "%%"), [])
        return "\n".join(line for (line,) in cursor.fetchall())


@pytest.mark.parametrize("query", QUERIES)
def test_every_way_to_look_has_an_index(by_owner, ended, no_scans, query):
    with CaptureQueriesContext(connection) as captured:
        by_owner.get(url(LIST), query)

    table = Execution._meta.db_table
    plans = [
        plan_of(each["sql"])
        for each in captured.captured_queries
        if each["sql"].startswith("SELECT") and table in each["sql"]
    ]
    assert plans
    assert not [plan for plan in plans if f"Seq Scan on {table}" in plan]


def test_list_of_another_workflow(by_owner, ended, make_version):
    other = execute(make_version(say(), title="Other"))

    assert listed(by_owner, workflow__id__exact=other.workflow_id) == [other]
