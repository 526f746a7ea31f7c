"""The list of workflows."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from tests.workflows.admin.conftest import execute, said, say, shown, url
from workflows import services
from workflows.models import Category, Workflow

LIST = "workflow_changelist"


@pytest.fixture
def tomorrow():
    return timezone.now().replace(microsecond=0) + timedelta(days=1)


def test_workflow_is_listed_with_its_trigger_in_words(by_owner, version):
    page = shown(by_owner.get(url(LIST)))

    assert "Greeting" in page
    assert "once, Nov. 22, 2026" in page


def test_archived_workflow_is_hidden(by_owner, version):
    services.archive(version.workflow, timezone.now())

    assert "Greeting" not in shown(by_owner.get(url(LIST)))


def test_state_is_a_word_and_a_switch(by_owner, version):
    page = shown(by_owner.get(url(LIST)))

    assert 'role="switch" aria-checked="false"' in page
    assert ">Off</button>" in page.replace("\n", "")


def test_next_run_is_shown_to_the_second(by_owner, make_version, tomorrow):
    services.enable(make_version(config={"starts_at": tomorrow}), timezone.now())

    page = shown(by_owner.get(url(LIST)))

    assert tomorrow.isoformat() in page


def test_next_run_sorts(by_owner, make_version, tomorrow):
    for title, days in (("Late", 2), ("Soon", 1)):
        config = {"starts_at": tomorrow + timedelta(days=days)}
        services.enable(make_version(title=title, config=config), timezone.now())
    make_version(title="Never")

    listed = by_owner.get(url(LIST), {"o": "5"}).context["cl"].result_list

    assert [w.title for w in listed] == ["Soon", "Late", "Never"]


def test_last_run_leads_to_its_execution(by_owner, version):
    execution = execute(version)

    page = shown(by_owner.get(url(LIST)))

    assert url("execution_change", execution.pk) in page
    assert "Succeeded" in page


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ({"enabled": "1"}, ["Second"]),
        ({"enabled": "0"}, ["First"]),
        ({"trigger": "schedule"}, ["First", "Second"]),
        ({"trigger": "webhook"}, []),
        ({"last": "succeeded"}, ["First"]),
        ({"last": "none"}, ["Second"]),
        ({"q": "fir"}, ["First"]),
        ({"categories__id__exact": "1"}, []),
    ],
)
def test_filters_find(by_owner, make_version, tomorrow, query, titles):
    execute(make_version(say(), title="First"))
    second = make_version(title="Second", config={"starts_at": tomorrow})
    services.enable(second, timezone.now())
    Category.objects.create(pk=1, name="Empty")

    listed = by_owner.get(url(LIST), query).context["cl"].result_list

    assert [w.title for w in listed] == titles


def test_list_costs_the_same_for_many(
    by_owner, make_version, django_assert_num_queries, django_assert_max_num_queries
):
    make_version(say(), title="One")
    with django_assert_max_num_queries(20) as few:
        by_owner.get(url(LIST))
    for number in range(12):
        execute(make_version(say(), title=f"More {number}"))

    with django_assert_num_queries(len(few)):
        by_owner.get(url(LIST))


def test_switch_enables_and_comes_back_to_the_list(by_owner, make_version, tomorrow):
    version = make_version(config={"starts_at": tomorrow})
    back = url(LIST) + "?q=t"

    response = by_owner.post(
        url("workflowversion_enable", version.pk) + "?next=" + back
    )

    version.refresh_from_db()
    assert version.enabled is True
    assert response.url == back


def test_foreign_address_is_no_way_back(by_owner, version):
    address = url("workflowversion_enable", version.pk) + "?next=https://evil.example/"

    assert by_owner.post(address).url == url("workflowversion_change", version.pk)


def bulk(browser, action, *workflows, **more):
    chosen = {"action": action, "_selected_action": [w.pk for w in workflows], **more}
    return browser.post(url(LIST), chosen, follow=True)


@pytest.fixture
def pair(make_version, tomorrow):
    config = {"starts_at": tomorrow}
    return [make_version(title=title, config=config) for title in ("A", "B")]


def test_many_are_enabled_at_once(by_owner, pair):
    response = bulk(by_owner, "enable", *(v.workflow for v in pair))

    assert said(response) == ["2 workflows were enabled."]
    assert all(v.workflow.versions.enabled().exists() for v in pair)


def test_wrong_one_is_named_and_stops_no_other(by_owner, pair, make_version):
    wrong = make_version(title="Wrong", config={})

    response = bulk(by_owner, "enable", wrong.workflow, pair[0].workflow)

    sentences = said(response)
    assert sentences[0].startswith("Version 1 of 'Wrong': ")
    assert sentences[-1] == "1 workflow was enabled."


def test_many_are_disabled_at_once(by_owner, pair):
    for version in pair:
        services.enable(version, timezone.now())

    response = bulk(by_owner, "disable", *(v.workflow for v in pair))

    assert said(response) == ["2 workflows were disabled."]


def test_many_get_new_versions(by_owner, pair):
    bulk(by_owner, "copy_as_version", *(v.workflow for v in pair))

    assert [v.workflow.versions.count() for v in pair] == [2, 2]


def test_many_are_copied_as_new(by_owner, pair):
    bulk(by_owner, "copy_as_new", *(v.workflow for v in pair))

    titles = Workflow.objects.values_list("title", flat=True)
    assert sorted(titles) == ["A", "A copy", "B", "B copy"]


def test_bulk_effects_are_logged(by_owner, pair):
    bulk(by_owner, "enable", pair[0].workflow)

    entry = LogEntry.objects.get()
    assert entry.object_repr == "A"
    assert entry.get_change_message() == "Enabled: Version 1 of 'A'."


def test_deleting_asks_first(by_owner, pair):
    page = shown(bulk(by_owner, "delete_selected", *(v.workflow for v in pair)))

    assert "All of its versions go" in page
    assert Workflow.objects.present().count() == 2


def test_confirmed_deleting_archives(by_owner, pair):
    chosen = [v.workflow for v in pair]

    bulk(by_owner, "delete_selected", *chosen, post="yes")

    assert Workflow.objects.present().count() == 0
    assert Workflow.objects.archived().count() == 2


def test_viewer_has_no_buttons(browse, viewer, version):
    page = shown(browse(viewer).get(url(LIST)))

    assert "wf-switch" not in page
    assert "Copy as" not in page
    assert "Off" in page


def test_operator_may_enable_in_bulk_and_not_copy(browse, operator, pair):
    response = browse(operator).get(url(LIST))

    offered = dict(response.context["action_form"].fields["action"].choices)
    assert set(offered) == {"", "enable", "disable", "export_all"}


def test_stranger_sees_nothing(browse, stranger, version):
    assert browse(stranger).get(url(LIST)).status_code == 403


def test_anonymous_is_asked_to_log_in(client, version):
    assert client.get(url(LIST)).url.startswith("/admin/login/")
