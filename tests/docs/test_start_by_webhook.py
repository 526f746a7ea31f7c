"""The how-to about webhooks: its example signs as the trigger expects."""

import json

from django.test import Client

from tests.conftest import NOW
from tests.docs.pages import Page
from tests.nodes import node
from triggers.models import Webhook
from workflows import clock, services

PAGE = Page("how-to/start-by-webhook.md")


def test_example_signs_what_is_accepted(make_version):
    signing = PAGE.execute("callers/signing.py")
    config = {"signature": "timestamp"}
    made = make_version(node("echo"), trigger="webhook", config=config)
    webhook = Webhook.objects.get(workflow=services.enable(made, NOW).workflow_id)
    webhook.secrets = {**webhook.secrets, "signature": "key"}
    webhook.save()
    body = json.dumps({"order": 7}).encode()

    with clock.at(NOW):
        answer = Client(
            headers=signing.headers_for(body, "key", int(NOW.timestamp()))
        ).post(f"/hooks/{webhook.secrets['token']}/", body, "application/json")

    assert answer.status_code == 202
