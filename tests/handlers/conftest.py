"""What tests of nodes may use."""

import threading

import pytest

from tests.conftest import NOW
from tests.handlers.device import Fake
from tests.handlers.nodes.server import start
from workflows.contracts import NodeRun
from workflows.forms import compile_config
from workflows.models import Category


def run_node(handler, scope=None, now=NOW, **config):
    """Run a handler with a configuration, as the engine would, without a database."""
    scope = {"now": now, "nodes": {}, "trigger": {"data": {}}, **(scope or {})}
    rendered = compile_config(handler.form_class, config).render(scope)
    return handler().run(
        NodeRun(config=rendered, now=now, scope=scope, idempotency_key="7-call-1")
    )


def shape(handler, **config):
    """Give what an editor is told about the result: its kind, and fields by kind."""
    fields = handler.form_class.base_fields
    initial = {name: field.initial for name, field in fields.items()}
    found = handler().result_shape({**initial, **config})
    return str(found.kind), {field.name: str(field.kind) for field in found.fields}


def problems(handler, **config):
    """Give what the form says about a configuration, by field."""
    return dict(handler.form_class.for_config(config).problems())


@pytest.fixture
def allowed(settings):
    """Let workflows touch the models of these apps."""
    settings.WORKFLOWS = {
        "COLLECTIONS": ["workflows", "auth.user", "auth.group"],
        "SQL_DATABASES": {"default": "write"},
    }


@pytest.fixture
def categories(db, allowed):
    return [
        Category.objects.create(name=name, position=position)
        for position, name in enumerate(["Orders", "Stock", "Mail"])
    ]


#: The path of the device that tests decide about.
DEVICE = "tests.handlers.device.Fake"


@pytest.fixture
def works(settings, tmp_path):
    """Let works use files in a folder of the test, its modules and its device."""
    Fake.reset()
    settings.WORKS = {
        "FOLDER": str(tmp_path),
        "MODULES": ["tests.handlers.samples"],
        "CONDITIONS": DEVICE,
    }
    settings.WORKFLOWS = {"HTTP_ALLOWED_HOSTS": ["127.0.0.1"]}
    return tmp_path


@pytest.fixture(scope="session")
def server():
    """Start the server of the HTTP node once."""
    pause = threading.Event()
    server = start(pause)
    yield server
    pause.set()
    server.shutdown()
    server.server_close()
