"""Workflows that listen to users and groups."""

import pytest
from django.contrib.auth.models import Group, User

from tests.conftest import NOW
from workflows import clock, services
from workflows.models import Execution


@pytest.fixture(autouse=True)
def allowed(settings):
    settings.WORKFLOWS = {"COLLECTIONS": ["auth", "workflows.category"]}


@pytest.fixture(autouse=True)
def noon():
    with clock.at(NOW):
        yield


@pytest.fixture
def listen(make_version):
    """Make an enabled version that listens to a collection."""

    def listen(collection="auth.user", *, nodes=(), title="Listener", **config):
        values = {"synchronous": config.pop("synchronous", False)}
        config = {"collection": collection, **config}
        made = make_version(
            *nodes, trigger="collection", config=config, title=title, **values
        )
        return services.enable(made, NOW)

    return listen


@pytest.fixture
def contexts(db):
    """Give the contexts of the executions so far, the earliest first."""

    def contexts(version=None, **criteria):
        rows = Execution.objects.filter(**criteria).order_by("pk")
        rows = rows.filter(version=version) if version else rows
        return list(rows.values_list("context", flat=True))

    return contexts


@pytest.fixture
def ada(db):
    return User.objects.create(username="ada", email="ada@example.com")


@pytest.fixture
def staff(db):
    return Group.objects.create(name="staff")
