"""A shop for the tests of the demo."""

from random import Random

import pytest

from demo.shop.models import Customer, Order
from demo.shop.seeding import seed
from tests.conftest import NOW
from tests.handlers.conftest import DEVICE
from tests.handlers.device import Fake


@pytest.fixture(autouse=True)
def works_here(settings, tmp_path):
    """Keep the databases of works in a folder of the test."""
    Fake.reset()
    settings.WORKS = {**settings.WORKS, "FOLDER": str(tmp_path), "CONDITIONS": DEVICE}


@pytest.fixture
def shop(db):
    """Seed the shop as `manage.py seedshop` does, with fewer orders."""
    return seed(NOW, 60, Random(1))


@pytest.fixture
def customer(db):
    return Customer.objects.create(name="Ада", email="ada@example.com")


@pytest.fixture
def make_order(customer):
    def make(created_at=NOW, **values):
        number = f"T-{Order.objects.count()}"
        values = {"customer": customer, "number": number, **values}
        return Order.objects.create(created_at=created_at, **values)

    return make
