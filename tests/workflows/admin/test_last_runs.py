"""The last runs of a workflow in the list, and the export of many."""

import io
import json
import zipfile

import pytest
from django.utils import timezone

from tests.workflows.admin.conftest import execute, person, said, say, shown, url
from workflows import services
from workflows.admin import WorkflowAdmin
from workflows.admin.last_runs import COUNT, in_words, last_runs, success_bar
from workflows.models import Execution, Workflow

LIST = "workflow_changelist"


def add(version, *statuses):
    now, first = timezone.now(), Execution.objects.count()
    Execution.objects.bulk_create(
        Execution(
            workflow_id=version.workflow_id,
            version_id=version.pk,
            event_key=f"added-{first + number}",
            status=status,
            created_at=now,
        )
        for number, status in enumerate(statuses)
    )


def test_only_the_last_twenty_count(make_version):
    busy, other = make_version(title="Busy"), make_version(title="Other")
    add(busy, *["failed"] * 5, *["succeeded"] * 18)
    add(other, "error")
    add(busy, "failed")

    found = last_runs([busy.workflow_id, other.workflow_id])

    assert found[busy.workflow_id] == ["failed", *["succeeded"] * 18, "failed"]
    assert len(found[busy.workflow_id]) == COUNT
    assert found[other.workflow_id] == ["error"]


def test_no_workflows_have_no_runs(db):
    assert last_runs([]) == {}


@pytest.mark.parametrize(
    ("statuses", "words"),
    [
        (["succeeded"] * 18 + ["failed"] * 2, "18 of the last 20 runs succeeded"),
        (["error"], "0 of the last 1 run succeeded"),
    ],
)
def test_bar_says_it_in_words(statuses, words):
    bar = success_bar(statuses, "/history/")

    assert in_words(statuses) == words
    assert f'aria-label="{words}"' in bar
    assert bar.count("<rect") == len(statuses)


def test_states_differ_in_more_than_colour():
    bar = success_bar(["succeeded", "failed", "running", "cancelled"], "/")

    heights = [
        part.split('"')[0]
        for part in bar.split("<rect")[1:]
        for part in [part.split('height="')[1]]
    ]
    assert len(set(heights)) == 4


def test_list_shows_the_bar_and_who_never_ran(by_owner, make_version):
    execute(make_version(say(), title="Ran"))
    make_version(say(), title="New")

    page = shown(by_owner.get(url(LIST)))

    assert "1 of the last 1 run succeeded" in page
    assert page.count("wf-success") == 1


def test_two_hundred_workflows_cost_the_same(
    by_owner, make_version, django_assert_num_queries, django_assert_max_num_queries
):
    execute(make_version(say(), title="One"))
    with django_assert_max_num_queries(22) as few:
        by_owner.get(url(LIST), {"all": ""})
    for number in range(199):
        add(make_version(say(), title=f"More {number}"), "succeeded", "failed")

    with django_assert_num_queries(len(few)):
        response = by_owner.get(url(LIST), {"all": ""})
    assert len(response.context["cl"].result_list) == 200


# Export.


def export(browser, *workflows):
    chosen = {"action": "export_all", "_selected_action": [w.pk for w in workflows]}
    return browser.post(url(LIST), chosen)


@pytest.fixture
def pair(make_version):
    versions = [make_version(say(), title=title) for title in ("A", "A")]
    return [version.workflow for version in versions]


def test_many_are_exported_in_one_archive(by_owner, pair):
    response = export(by_owner, *pair)

    archive = zipfile.ZipFile(io.BytesIO(response.content))
    assert archive.namelist() == ["001-a.json", "002-a.json"]
    assert json.loads(archive.read("001-a.json"))["title"] == "A"


def test_exported_files_can_be_imported(by_owner, pair):
    archive = zipfile.ZipFile(io.BytesIO(export(by_owner, pair[0]).content))

    services.import_text(archive.read("001-a.json").decode())

    assert Workflow.objects.filter(title="A").count() == 3


def test_who_may_not_be_seen_is_left_out_and_named(browse, pair, monkeypatch):
    hidden = pair[0]
    monkeypatch.setattr(
        WorkflowAdmin,
        "has_view_permission",
        lambda self, request, obj=None: obj is None or obj.pk != hidden.pk,
    )
    monkeypatch.setattr(
        WorkflowAdmin, "has_change_permission", lambda *args, **kwargs: False
    )
    browser = browse(person("limited", "view_workflow"))

    archive = zipfile.ZipFile(io.BytesIO(export(browser, *pair).content))

    assert len(archive.namelist()) == 1
    assert said(browser.get(url(LIST))) == ["A: you have no permission to do this."]


def test_nothing_to_export_gives_no_file(by_owner, pair):
    pair[0].versions.all().delete()

    response = export(by_owner, pair[0])

    assert response.status_code == 302
    assert said(by_owner.get(url(LIST))) == ["A: it has no version."]
