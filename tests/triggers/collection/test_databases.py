"""Records in another database: what starts follows their commit."""

import pytest
from django.db import transaction

from demo.shop.models import Customer
from workflows.models import Execution

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "elsewhere"])


class ShopElsewhere:
    """Routes the shop to the second database."""

    def db_for_read(self, model, **hints):
        return "elsewhere" if model._meta.app_label == "shop" else None

    db_for_write = db_for_read


@pytest.fixture(autouse=True)
def routed(settings):
    settings.DATABASE_ROUTERS = [ShopElsewhere()]
    settings.WORKFLOWS = {"COLLECTIONS": ["shop"]}


@pytest.fixture
def heard(listen, contexts):
    listen("shop.customer", events=["created", "updated", "deleted"])
    return lambda: [(each["event"], each["data"]["name"]) for each in contexts()]


def test_saved_updated_and_deleted_records_are_told(heard):
    ada = Customer.objects.create(name="Ada", email="ada@example.com")
    ada.name = "Eve"
    ada.save()
    ada.delete()

    assert heard() == [("created", "Ada"), ("updated", "Eve"), ("deleted", "Eve")]


def test_rolled_back_record_starts_nothing(heard):
    with transaction.atomic(using="elsewhere"):
        Customer.objects.create(name="Ada", email="ada@example.com")
        assert heard() == []
        transaction.set_rollback(True, using="elsewhere")

    assert not Execution.objects.exists()


def test_record_of_the_same_key_in_this_database_is_another(heard):
    Customer.objects.using("default").create(name="Ada", email="ada@example.com")

    assert heard() == []
