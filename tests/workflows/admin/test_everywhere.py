"""What holds for all pages: hostile texts, other sites, no inline code, workers."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.workflows.admin.conftest import execute, fork, person, say, shown, url
from workflows.admin import WorkflowAdmin
from workflows.admin.editor import panels
from workflows.models import Category, Worker

HOSTILE = "<script>alert(1)</script>\u202e\"'&{{ 7*7 }}\x07"


#: Panels about a node or an execution.
ABOUT = {"node": ["node:say", "node:fork"], "pin": ["pin:say"], "ran": []}
PANELS = [each for name in panels.PANELS for each in ABOUT.get(name, [name])]

#: Panels of the page of an execution.
SEEN = ["node:say", "node:fork", "trigger", "keys"]


@pytest.fixture
def hostile(make_version):
    """Give an execution of a workflow whose every text is hostile."""
    nodes = [say(text="<b>x</b>\u202e", title=HOSTILE, note=HOSTILE), fork()]
    version = make_version(*nodes, title=HOSTILE)
    Category.objects.create(name="<i>c</i>").workflows.add(version.workflow)
    return execute(version)


def pages(execution):
    version = execution.version
    editor = url("workflowversion_change", version.pk)
    execution_page = url("execution_change", execution.pk)
    return [
        url("workflow_changelist"),
        url("workflow_add"),
        url("workflow_change", version.workflow_id),
        url("workflow_delete", version.workflow_id),
        url("workflow_history", version.workflow_id),
        url("workflowversion_change", version.pk),
        url("workflowversion_delete", version.pk),
        *(f"{editor}?panel={panel}" for panel in PANELS),
        f"{editor}?panel=test:say",
        f"{editor}?panel=ran:{execution.pk}",
        url("execution_changelist"),
        url("execution_change", execution.pk),
        *(f"{execution_page}?panel={panel}" for panel in SEEN),
        url("execution_job", execution.pk, 1),
        url("execution_delete", execution.pk),
        url("category_changelist"),
        url("worker_changelist"),
        url("worker_health"),
    ]


def overviews():
    """List the pages whose cost is tested where they are."""
    views = [f"{url('workflow_calendar')}?view={name}" for name in ("week", "day")]
    index = reverse("admin:app_list", args=["workflows"])
    return [url("workflow_dashboard"), url("workflow_calendar"), *views, index]


def test_hostile_texts_are_texts(by_owner, hostile):
    for page in pages(hostile) + overviews():
        text = shown(by_owner.get(page))

        assert "<script>alert" not in text, page
        assert "<b>x</b>" not in text, page
        assert "<i>c</i>" not in text, page


def test_pages_have_nothing_inline(by_owner, hostile):
    for page in pages(hostile) + overviews():
        text = shown(by_owner.get(page))

        assert not re.search(r"<style|\sstyle=|\son\w+=", text), page
        assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", text), page


def test_direction_marks_in_json_are_written_out(by_owner, hostile):
    address = url("execution_change", hostile.pk)
    page = shown(by_owner.get(address, {"panel": "node:say"}))

    assert "\\u202e" in page


def test_pages_cost_little(by_owner, hostile, django_assert_max_num_queries):
    for page in pages(hostile):
        with django_assert_max_num_queries(25):
            by_owner.get(page)


@pytest.mark.urls("tests.workflows.admin.sites")
def test_pages_stay_on_their_site(by_owner, version):
    execution = execute(version)
    names = {
        "workflow_changelist": [],
        "workflow_dashboard": [],
        "workflow_calendar": [],
        "workflow_change": [version.workflow_id],
        "workflowversion_change": [version.pk],
        "execution_changelist": [],
        "execution_change": [execution.pk],
    }

    for name, args in names.items():
        address = reverse(f"back_office:workflows_{name}", args=args)
        assert "/admin/workflows/" not in shown(by_owner.get(address)), name


@pytest.mark.urls("tests.workflows.admin.sites")
def test_effects_stay_on_their_site(by_owner, version):
    address = reverse("back_office:workflows_workflowversion_enable", args=[version.pk])

    assert by_owner.post(address).url.startswith("/office/workflows/")


def test_permissions_are_asked_for_the_object(
    browse, version, make_version, monkeypatch
):
    other = make_version(title="Other")
    monkeypatch.setattr(
        WorkflowAdmin,
        "has_view_permission",
        lambda self, request, obj=None: obj is None or obj == version.workflow,
    )
    monkeypatch.setattr(WorkflowAdmin, "has_change_permission", no_permission)
    browser = browse(person("limited", "view_workflow"))

    mine = browser.get(url("workflowversion_change", version.pk))
    theirs = browser.get(url("workflowversion_change", other.pk))

    assert (mine.status_code, theirs.status_code) == (200, 403)


def no_permission(self, request, obj=None):
    return False


def worker(name, lease):
    now = timezone.now()
    Worker.objects.create(
        kind="worker", host=name, pid=7, started_at=now, lease_until=now + lease
    )


def test_workers_tell_whether_they_live(by_owner, db):
    worker("quick", timedelta(minutes=1))
    worker("dead", -timedelta(minutes=1))

    page = shown(by_owner.get(url("worker_changelist")))

    assert page.index("Alive") < page.index("Silent")


@pytest.mark.parametrize("page", ["worker_add", "category_add"])
def test_viewer_adds_nothing(browse, viewer, page):
    assert browse(viewer).get(url(page)).status_code == 403


def test_workers_cannot_be_changed(by_owner, db):
    worker("quick", timedelta(minutes=1))
    only = Worker.objects.get()

    assert by_owner.post(url("worker_change", only.pk), {}).status_code == 403
    assert by_owner.post(url("worker_delete", only.pk), {}).status_code == 403


@pytest.mark.parametrize(
    ("language", "word"), [("en", "Run by hand"), ("ru", "Запустить вручную")]
)
def test_pages_speak(by_owner, version, language, word):
    page = url("workflow_change", version.workflow_id)

    response = by_owner.get(page, headers={"accept-language": language})

    assert word in shown(response)
