"""The how-to "Add a trigger" works as it is written."""

import pytest
from django.apps import apps
from django.db import connection

from tests.conftest import NOW
from tests.docs.pages import Page
from workflows import registry, services


@pytest.fixture
def page(transactional_db):
    page = Page("how-to/add-a-trigger.md")
    listener = page.execute("tills/models.py").Listener
    page.execute("tills/paid.py")
    page.execute("tills/workflow_types.py")
    with connection.schema_editor() as editor:
        editor.create_model(listener)
    yield page
    with connection.schema_editor() as editor:
        editor.delete_model(listener)
    registry.triggers._entries.pop("tills.paid", None)
    del apps.all_models["tills"]
    apps.clear_cache()
    page.forget()


@pytest.fixture
def version(page):
    version = services.create("Thanks", "tills.paid", {"till": "front"})
    return services.enable(version, NOW)


def test_its_test_passes(page):
    test = page.execute("tills/test_paid.py")

    test.test_same_receipt_starts_one_execution(db=None)


def test_disabled_version_no_longer_listens(page, version):
    services.disable(version)

    assert not page.modules["tills/models.py"].Listener.objects.exists()


def test_trigger_is_described_by_its_till(page, version):
    trigger = registry.triggers.get("tills.paid")

    assert trigger.describe(version.trigger_config) == "When somebody pays at front"
