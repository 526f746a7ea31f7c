"""The preview below the form of a schedule, and the sentence that explains."""

import pytest
from django.utils import timezone

from tests.workflows.admin.conftest import shown, url
from workflows import registry, services
from workflows.contracts import Trigger
from workflows.models import WorkflowVersion

CRON = {"mode": "time", "zone": "Europe/Berlin", "kind": "cron", "misfire": "skip"}


@pytest.fixture
def preview(client, version):
    """Post the form of the trigger to the preview."""

    def preview(**values):
        sent = {f"trigger-{name}": value for name, value in values.items()}
        return client.post(url("workflowversion_preview", version.pk), sent)

    return preview


def test_typed_cron_is_answered_with_ten_runs(by_owner, preview):
    page = shown(preview(**CRON, expression="0 9 * * 1-5"))

    assert page.count("<time") == 10
    assert "Every week from Monday to Friday at 09:00" in page
    assert "Time zone: Europe/Berlin" in page
    assert "<html" not in page


def test_nothing_is_saved(by_owner, preview, version):
    preview(**CRON, expression="0 9 * * 1-5")

    assert WorkflowVersion.objects.get().trigger_config == version.trigger_config


def test_errors_name_their_field(by_owner, preview):
    page = shown(preview(**CRON, expression="99 * * * *"))

    assert "<b>Cron expression:</b>" in page
    assert "The minute &#x27;99&#x27; must be from 0 to 59." in page


def test_errors_are_in_russian(by_owner, client, preview):
    client.cookies["django_language"] = "ru"

    page = shown(preview(**CRON, expression="99 * * * *"))

    assert "должно быть от 0 до 59" in page


def test_hostile_texts_are_texts(by_owner, preview):
    assert "<script" not in shown(preview(**CRON, expression="<script>"))


def test_what_is_stored_is_shown_without_scripts(by_owner, make_version):
    repeat = {"kind": "cron", "expression": "0 9 * * *"}
    version = make_version(config={"zone": "UTC", "repeat": repeat})

    address = url("workflowversion_change", version.pk)
    page = shown(by_owner.get(address, {"panel": "trigger"}))

    assert page.count('<span class="wf-weekday">') == 10


def test_new_version_is_told_what_will_be_here(by_owner, make_version):
    version = make_version(config={})

    assert "Once the trigger is set up" in shown(
        by_owner.get(url("workflowversion_change", version.pk))
    )


def test_viewer_gets_what_is_stored(browse, viewer, version):
    address = url("workflowversion_preview", version.pk)

    assert "Nov. 22, 2026" in shown(browse(viewer).get(address))


def test_viewer_cannot_ask_about_other_data(browse, viewer, preview):
    browse(viewer)

    assert preview(**CRON, expression="* * * * *").status_code == 403


def test_stranger_gets_nothing(browse, stranger, version):
    address = url("workflowversion_preview", version.pk)

    assert browse(stranger).get(address).status_code == 403


class Quiet(Trigger):
    """Knows nothing of the future."""

    type = "quiet"
    title = "Quiet"


def test_other_triggers_have_no_preview(by_owner, make_version):
    with registry.triggers.temporarily("quiet", Quiet()):
        version = make_version(trigger="quiet", config={})
        page = by_owner.get(url("workflowversion_change", version.pk))
        workflow = by_owner.get(url("workflow_change", version.workflow_id))

    assert "data-wf-preview" not in shown(page)
    assert "Why it does not run now" not in shown(workflow)


def test_workflow_page_explains(by_owner, version):
    page = shown(by_owner.get(url("workflow_change", version.workflow_id)))

    assert "It is disabled." in page


def test_missing_scheduler_is_explained(by_owner, make_version):
    repeat = {"kind": "cron", "expression": "0 9 * * *"}
    version = make_version(config={"zone": "UTC", "repeat": repeat})
    services.enable(version, timezone.now())

    page = shown(by_owner.get(url("workflow_change", version.workflow_id)))

    assert "No scheduler is running" in page
