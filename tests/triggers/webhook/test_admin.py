"""The page of an address: seen by few, its secrets only written."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from tests.triggers.webhook.conftest import address
from triggers.models import Webhook


@pytest.fixture
def webhook(hook):
    hook(secrets={"signature": "old-secret", "user": "shop"})
    return Webhook.objects.get()


@pytest.fixture
def page(webhook):
    return reverse("admin:triggers_webhook_change", args=[webhook.pk])


def member(*codenames):
    user = User.objects.create_user("ann", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return user


def test_owner_sees_the_whole_address(admin_client, page):
    assert address() in admin_client.get(page).text


def test_secrets_are_never_shown(admin_client, page):
    assert "old-secret" not in admin_client.get(page).text


def test_entered_secret_replaces_the_old_one(admin_client, webhook, page):
    admin_client.post(page, {"signature": "new-secret", "user": ""})

    webhook.refresh_from_db()
    assert webhook.secrets["signature"] == "new-secret"
    assert webhook.secrets["user"] == "shop"


def test_empty_fields_keep_what_is_stored(admin_client, webhook, page):
    before = webhook.secrets

    admin_client.post(page, {})

    webhook.refresh_from_db()
    assert webhook.secrets == before


def test_secrets_can_be_forgotten_and_the_address_stays(admin_client, webhook, page):
    before = address()

    admin_client.post(page, {"forget": "on"})

    webhook.refresh_from_db()
    assert set(webhook.secrets) == {"token"}
    assert address() == before


def test_new_address_is_made_by_a_post(admin_client, webhook):
    before = address()
    rotate = reverse("admin:triggers_webhook_rotate", args=[webhook.pk])

    assert admin_client.get(rotate).status_code == 405
    admin_client.post(rotate)

    assert address() != before
    assert LogEntry.objects.filter(change_message__contains="old address").exists()


def test_log_does_not_hold_the_token(admin_client, webhook, page):
    admin_client.post(reverse("admin:triggers_webhook_rotate", args=[webhook.pk]))
    admin_client.post(page, {"signature": "new-secret"})

    told = str(list(LogEntry.objects.values_list("change_message", "object_repr")))
    assert address().split("/")[2] not in told
    assert "new-secret" not in told


def test_viewer_does_not_see_the_address(client, page):
    client.force_login(member("view_webhook"))

    text = client.get(page).text

    assert address() not in text
    assert "Whoever may change webhooks sees it." in text


def test_viewer_makes_no_new_address(client, webhook):
    client.force_login(member("view_webhook"))
    rotate = reverse("admin:triggers_webhook_rotate", args=[webhook.pk])

    assert client.post(rotate).status_code == 403


def test_workflow_links_to_its_address(admin_client, webhook, page):
    place = reverse("admin:workflows_workflow_change", args=[webhook.workflow_id])

    assert f'href="{page}"' in admin_client.get(place).text


def test_address_can_be_made_before_it_is_enabled(admin_client, make_version):
    version = make_version(trigger="webhook", config={})
    place = reverse("admin:workflows_workflow_change", args=[version.workflow_id])
    add = f"{reverse('admin:triggers_webhook_add')}?workflow={version.workflow_id}"
    assert add in admin_client.get(place).text

    admin_client.post(add, {"workflow": version.workflow_id, "bearer": "t0ken"})

    webhook = Webhook.objects.get(workflow=version.workflow_id)
    assert set(webhook.secrets) == {"token", "bearer"}
    assert (
        "–"
        not in admin_client.get(
            reverse("admin:triggers_webhook_change", args=[webhook.pk])
        )
        .text.split("<code>")[1]
        .split("</code>")[0]
    )


def test_list_shows_who_listens(admin_client, webhook):
    text = admin_client.get(reverse("admin:triggers_webhook_changelist")).text

    assert webhook.workflow.title in text
    assert address() not in text
