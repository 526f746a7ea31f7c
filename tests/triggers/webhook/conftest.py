"""A workflow with an address, and a program that calls it."""

import hashlib
import hmac
import json

import pytest
from django.test import Client
from django.urls import reverse

from tests.conftest import NOW
from triggers.models import Webhook
from workflows import clock, services
from workflows.models import Execution

KEY = "whsec"


@pytest.fixture(autouse=True)
def noon():
    with clock.at(NOW):
        yield


@pytest.fixture
def hook(make_version):
    """Make an enabled workflow; give its version."""

    def hook(*nodes, secrets=None, synchronous=False, **config):
        made = make_version(
            *nodes, trigger="webhook", config=config, synchronous=synchronous
        )
        version = services.enable(made, NOW)
        webhook = Webhook.objects.get(workflow=version.workflow_id)
        webhook.secrets = {**webhook.secrets, **(secrets or {})}
        webhook.save()
        return version

    return hook


@pytest.fixture
def call(db):
    """Call the only address there is, as JSON."""

    def call(data=None, *, method="post", path="", content_type="", body=None, **more):
        client = Client(enforce_csrf_checks=True, headers=more.pop("headers", None))
        text = json.dumps({} if data is None else data) if body is None else body
        kind = content_type or "application/json"
        return getattr(client, method)(path or address(), text, kind, **more)

    return call


def address():
    token = Webhook.objects.get().secrets["token"]
    return reverse("triggers_webhook", args=[token])


def sign(text, time=None, key=KEY):
    signed = f"{time}.{text}" if time is not None else text
    return hmac.new(key.encode(), signed.encode(), hashlib.sha256).hexdigest()


def only():
    return Execution.objects.get()
