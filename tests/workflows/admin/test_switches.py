"""Pausing all schedules from the list, and every page saying so."""

import pytest
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from tests.workflows.admin.conftest import person, said, shown, url
from tests.workflows.admin.test_everywhere import hostile, pages
from triggers.models import Pause
from triggers.schedule.pausing import pause

__all__ = ["hostile"]  # a fixture
SWITCH = "/admin/workflows/workflow/switch/schedules/"


@pytest.fixture
def keeper(db):
    return person("keeper", "view_workflow", "pause_schedules")


def test_list_offers_the_switch(browse, keeper):
    page = shown(browse(keeper).get(url("workflow_changelist")))

    assert f'<a href="{SWITCH}">Pause all schedules</a>' in page


def test_switch_asks_first(browse, keeper):
    page = shown(browse(keeper).get(SWITCH))

    assert "No schedule fires until they are resumed." in page
    assert Pause.objects.count() == 0


def test_pausing_is_said_and_logged(browse, keeper):
    response = browse(keeper).post(SWITCH, {"wanted": "stop"}, follow=True)

    assert said(response) == ["All schedules are paused."]
    assert Pause.objects.lasting().get().paused_by == keeper
    assert LogEntry.objects.get().get_change_message() == "All schedules are paused."


def test_resuming_is_said_and_logged(browse, keeper):
    pause(timezone.now(), keeper)

    response = browse(keeper).post(SWITCH, {"wanted": "release"}, follow=True)

    assert said(response) == ["All schedules are resumed."]
    assert Pause.objects.lasting().exists() is False
    assert LogEntry.objects.get().get_change_message() == "All schedules are resumed."


def test_resuming_leads_back(browse, keeper):
    pause(timezone.now(), keeper)
    back = url("category_changelist")

    response = browse(keeper).post(f"{SWITCH}?next={back}", {"wanted": "release"})

    assert response.url == back


@pytest.mark.parametrize("wanted", ["stop", "release"])
def test_second_click_changes_nothing(browse, keeper, wanted):
    if wanted == "stop":
        pause(timezone.now())

    response = browse(keeper).post(SWITCH, {"wanted": wanted}, follow=True)

    assert said(response) == ["Somebody else was faster; nothing was changed."]
    assert LogEntry.objects.count() == 0


def test_every_page_says_that_schedules_are_paused(by_owner, owner, hostile):
    pause(timezone.now(), owner)

    for page in [*pages(hostile), url("execution_history", hostile.pk)]:
        text = shown(by_owner.get(page))

        assert "All schedules are paused since" in text, page
        assert ", by owner." in text, page
        assert "Resume all schedules" in text, page


def test_pages_say_nothing_while_schedules_run(by_owner, hostile):
    assert "wf-announcement" not in shown(by_owner.get(url("workflow_changelist")))


def test_viewer_reads_it_and_cannot_resume(browse, viewer):
    pause(timezone.now())

    page = shown(browse(viewer).get(url("workflow_changelist")))

    assert "All schedules are paused since" in page
    assert "Resume all schedules" not in page
    assert browse(viewer).post(SWITCH, {"wanted": "release"}).status_code == 403
    assert Pause.objects.lasting().exists()


def test_unknown_switch_is_not_found(by_owner):
    address = "/admin/workflows/workflow/switch/light/"

    assert by_owner.get(address).status_code == 404


def test_switch_in_its_place_says_so(browse, keeper):
    pause(timezone.now(), keeper)

    page = shown(browse(keeper).get(SWITCH))

    assert 'value="stop"' not in page


def test_log_of_a_pause_needs_no_page(browse, owner, keeper):
    browse(keeper).post(SWITCH, {"wanted": "stop"})

    assert browse(keeper).get("/admin/").status_code == 200
