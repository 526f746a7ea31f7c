"""Many workflows are put into categories from their list."""

import pytest
from django.contrib.admin.models import LogEntry

from tests.workflows.admin.conftest import person, said, say, shown, url
from workflows.admin import WorkflowAdmin
from workflows.models import Category

LIST = "workflow_changelist"


@pytest.fixture
def pair(make_version):
    return [make_version(say(), title=title).workflow for title in ("A", "B")]


@pytest.fixture
def cast(pair):
    """Give an old category with one of the workflows in it, and a new one."""
    old, new = (Category.objects.create(name=name) for name in ("Old", "New"))
    old.workflows.add(pair[0])
    return old, new


def sort(browser, workflows, **more):
    chosen = {"action": "sort", "_selected_action": [w.pk for w in workflows], **more}
    return browser.post(url(LIST), chosen, follow=True)


def names(workflow):
    return [str(each) for each in workflow.categories.all()]


def test_sorting_asks_for_categories(by_owner, pair, cast):
    page = shown(sort(by_owner, pair))

    assert "Put into" in page
    assert names(pair[0]) == ["Old"]


def test_all_are_put_in_and_taken_out(by_owner, pair, cast):
    old, new = cast

    response = sort(by_owner, pair, post="yes", add=[new.pk], remove=[old.pk])

    assert said(response) == ["The categories of 2 workflows were changed."]
    assert [names(each) for each in pair] == [["New"], ["New"]]
    assert LogEntry.objects.count() == 2


def test_nothing_chosen_is_said(by_owner, pair, cast):
    assert "Choose a category." in shown(sort(by_owner, pair, post="yes"))


def test_each_needs_its_permission(browse, pair, cast, monkeypatch):
    monkeypatch.setattr(
        WorkflowAdmin,
        "has_change_permission",
        lambda self, request, obj=None: obj is None or obj.pk == pair[0].pk,
    )
    browser = browse(person("limited", "view_workflow"))

    response = sort(browser, pair, post="yes", add=[cast[1].pk])

    sentences = said(response)
    assert "B: you have no permission to do this." in sentences
    assert "The categories of 1 workflow were changed." in sentences
    assert names(pair[1]) == []


def test_viewer_is_not_offered_it(browse, viewer, pair):
    form = browse(viewer).get(url(LIST)).context["action_form"]

    assert "sort" not in dict(form.fields["action"].choices)
