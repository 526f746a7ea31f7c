"""The cast, the addresses and node types of the admin's tests."""

import pytest
from django import forms
from django.contrib.auth.models import Permission, User
from django.urls import reverse
from django.utils import timezone

from tests.conftest import drain
from workflows import registry, services
from workflows.contracts import NodeHandler, Succeeded
from workflows.forms import NodeForm, TextExpression

OPERATOR_MAY = [
    "view_workflow",
    "enable_workflow",
    "execute_workflow",
    "view_execution",
    "cancel_execution",
    "retry_execution",
]


class SayForm(NodeForm):
    text = TextExpression(required=True)
    shout = forms.BooleanField(required=False)


class Say(NodeHandler):
    """Gives back its text."""

    type = "test_say"
    title = "Say"
    description = "Says a text."
    form_class = SayForm

    def run(self, run):
        return Succeeded(run.config["text"])


class Fork(NodeHandler):
    """Has two branches and takes the first."""

    type = "test_fork"
    title = "Fork"
    branches = {"yes": "Yes", "no": "No"}

    def run(self, run):
        return Succeeded(True, branch="yes")


class Boom(NodeHandler):
    """Raises."""

    type = "test_boom"
    title = "Boom"

    def run(self, run):
        raise RuntimeError("It went boom.")


@pytest.fixture(autouse=True)
def node_types():
    with (
        registry.nodes.temporarily(Say.type, Say()),
        registry.nodes.temporarily(Fork.type, Fork()),
        registry.nodes.temporarily(Boom.type, Boom()),
    ):
        yield


@pytest.fixture
def owner(db):
    return User.objects.create_superuser("owner")


@pytest.fixture
def operator(db):
    """Enables, runs and cancels, but changes and deletes nothing."""
    return person("operator", *OPERATOR_MAY)


@pytest.fixture
def viewer(db):
    return person("viewer", "view_workflow", "view_execution", "view_worker")


@pytest.fixture
def stranger(db):
    """May enter the admin, and has no permission there."""
    return person("stranger")


def person(name, *codenames):
    user = User.objects.create_user(name, is_staff=True)
    allowed = Permission.objects.filter(codename__in=codenames)
    user.user_permissions.set(allowed)
    return user


@pytest.fixture
def browse(client):
    """Log a user in and give the browser."""

    def browse(user):
        client.force_login(user)
        return client

    return browse


@pytest.fixture
def by_owner(browse, owner):
    return browse(owner)


def url(name, *args):
    return reverse(f"admin:workflows_{name}", args=args)


def say(key="say", text="hello", **values):
    return {"key": key, "type": "test_say", "config": {"text": text}, **values}


def fork(key="fork", **branches):
    return {"key": key, "type": "test_fork", "config": {}, "branches": branches}


@pytest.fixture
def version(make_version):
    """Give the first version of a workflow that says hello."""
    return make_version(say(), title="Greeting")


@pytest.fixture
def frozen(version):
    """Give a version that has run."""
    execute(version)
    version.refresh_from_db()
    return version


def execute(version, values=None):
    """Run a version by hand now; give the finished execution."""
    execution = services.run_manually(version, values or {}, timezone.now())
    drain(timezone.now())
    execution.refresh_from_db()
    return execution


def shown(response):
    """Read a page as text."""
    assert response.status_code == 200, response
    return response.content.decode()


def said(response):
    """List the messages that a response leads to."""
    return [str(message) for message in response.context["messages"]]
