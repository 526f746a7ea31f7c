"""The page of a workflow, and how one is made."""

from django.contrib.admin.models import LogEntry
from django.utils import timezone

from tests.workflows.admin.conftest import said, shown, url
from workflows import services
from workflows.models import Category, Workflow, WorkflowVersion


def test_new_workflow_goes_on_to_its_trigger(by_owner, owner):
    news = Category.objects.create(name="News")
    given = {
        "title": "New",
        "description": "Why",
        "categories": [news.pk],
        "trigger_type": "schedule",
    }

    response = by_owner.post(url("workflow_add"), given)

    version = WorkflowVersion.objects.get()
    assert response.url == url("workflowversion_change", version.pk)
    assert version.workflow.created_by == owner
    assert version.workflow.description == "Why"
    assert list(version.workflow.categories.all()) == [news]


def test_new_workflow_needs_a_known_trigger(by_owner):
    response = by_owner.post(url("workflow_add"), {"title": "N", "trigger_type": "x"})

    assert "trigger_type" in response.context["adminform"].errors
    assert not Workflow.objects.exists()


def test_page_lists_the_versions(by_owner, frozen):
    services.copy_as_version(frozen)

    page = shown(by_owner.get(url("workflow_change", frozen.workflow_id)))

    assert "Version 1" in page
    assert "Version 2" in page
    assert "Frozen" in page


def test_page_saves_title_and_description_of_a_frozen_one(by_owner, frozen):
    given = {"title": "Better", "description": "More"}

    by_owner.post(url("workflow_change", frozen.workflow_id), given)

    frozen.workflow.refresh_from_db()
    assert frozen.workflow.title == "Better"


def test_page_names_the_problems(by_owner, make_version):
    version = make_version({"key": "lost", "type": "no_such"})

    page = shown(by_owner.get(url("workflow_change", version.workflow_id)))

    assert "1 problem keeps this version from running" in page
    editor = url("workflowversion_change", version.pk)
    assert f"{editor}?panel=node:lost" in page


def test_versions_tell_who_changed_them(by_owner, version):
    page = url("workflowversion_change", version.pk)
    by_owner.post(page, {"part": "options", "options-stack_limit": "2"})

    response = by_owner.get(url("workflow_change", version.workflow_id))

    [row] = response.context["versions"]
    assert row.last_change.user.username == "owner"


def test_page_cost_does_not_grow_with_versions(
    by_owner, version, django_assert_num_queries, django_assert_max_num_queries
):
    page = url("workflow_change", version.workflow_id)
    by_owner.get(page)
    with django_assert_max_num_queries(25) as few:
        by_owner.get(page)
    for _ in range(5):
        services.copy_as_version(version)

    with django_assert_num_queries(len(few)):
        by_owner.get(page)


def test_deleting_says_that_the_history_stays(by_owner, version):
    page = shown(by_owner.get(url("workflow_delete", version.workflow_id)))

    assert "the history stays" in page


def test_deleted_workflow_is_archived_and_logged(by_owner, version):
    by_owner.post(url("workflow_delete", version.workflow_id), {"post": "yes"})

    assert Workflow.objects.archived().exists()
    assert LogEntry.objects.get().is_deletion()


def test_archived_workflow_has_no_page(by_owner, version):
    services.archive(version.workflow, timezone.now())

    response = by_owner.get(url("workflow_change", version.workflow_id), follow=True)

    assert "doesn’t exist" in said(response)[0]


def test_viewer_reads_the_page(browse, viewer, frozen):
    page = shown(browse(viewer).get(url("workflow_change", frozen.workflow_id)))

    assert "Greeting" in page
    assert 'name="title"' not in page
    assert "Copy as" not in page


def test_viewer_changes_nothing(browse, viewer, version):
    page = url("workflow_change", version.workflow_id)

    assert browse(viewer).post(page, {"title": "Mine"}).status_code == 403
