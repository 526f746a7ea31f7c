"""What every test may use."""

import os
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, connections
from django.utils import translation

from tests.nodes import registered
from workflows import services
from workflows.engine import forget_compiled, inline

#: The moment at which most tests happen: a Sunday.
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


#: What asks the database nothing that the others do not ask.
SAME_ON_ALL = (
    "tests/browser/",
    "tests/demo/test_replay.py",
    "tests/demo/test_shop.py",
    "tests/docs/",
)
#: Pages; their questions are asked on SQLite and PostgreSQL.
PAGES = ("tests/handlers/admin/", "tests/workflows/admin/", "tests/workflows/editor/")


def pytest_collection_modifyitems(config, items):
    """On a second database run only what talks to it; the rest has run."""
    if os.environ.get("ONLY_DATABASE_TESTS") != "1":
        return
    database = {"db", "transactional_db"}
    left_out = SAME_ON_ALL + (PAGES if connection.vendor == "mysql" else ())
    kept = [
        item
        for item in items
        if database & set(item.fixturenames) and not item.nodeid.startswith(left_out)
    ]
    config.hook.pytest_deselected(items=[i for i in items if i not in kept])
    items[:] = kept


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """End the sessions that threads and faults of tests have left, at the very end.

    A database cannot be dropped while anybody is connected to it or has a lock. Nobody
    may come back either: a thread that lost its session opens another.
    """
    # Faults make the engine put another in its place.
    first = connections["default"]
    yield
    name = connection.settings_dict["NAME"]
    if connection.vendor not in {"postgresql", "mysql"}:
        return
    connection.close()
    # MariaDB minds what a fault has closed.
    with suppress(DatabaseError):
        first.close()
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
        if connection.vendor == "postgresql":
            quoted = connection.ops.quote_name(name)
            cursor.execute(f"ALTER DATABASE {quoted} ALLOW_CONNECTIONS false")
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = %s",
                [name],
            )
            return
        cursor.execute(
            "SELECT id FROM information_schema.processlist WHERE db = %s", [name]
        )
        for (session,) in cursor.fetchall():
            cursor.execute("KILL %s", [session])


@pytest.fixture(autouse=True)
def fresh_engine():
    """Rolled-back ids come again, so that nothing compiled may stay."""
    forget_compiled()


@pytest.fixture(autouse=True)
def english():
    """A request in another language leaves it behind in its thread."""
    translation.activate("en")


@pytest.fixture(autouse=True)
def silent_pages(request):
    """Let pages in a browser ask nothing by themselves.

    The server of a test shares its connection with the test, in another thread.
    """
    if "live_server" in request.fixturenames:
        settings = request.getfixturevalue("settings")
        settings.WORKS = {**settings.WORKS, "LISTENING_PAGES": False}


@pytest.fixture
def nodes():
    """Register the node types of `tests.nodes`."""
    with registered():
        yield


@pytest.fixture
def now():
    return NOW


@pytest.fixture
def make_version(db, nodes):
    """Create a workflow with one version from a list of nodes."""

    def make(*nodes, trigger="schedule", config=None, title="Test", **values):
        config = {"starts_at": NOW} if config is None else config
        definition = {"schema": 1, "nodes": list(nodes)}
        return services.create(title, trigger, config, definition=definition, **values)

    return make


@pytest.fixture
def run(db, nodes):
    """Run a version by hand to its end, or to where it waits; give the execution."""

    def run(version, values=None, now=NOW):
        execution = services.run_manually(version, values or {}, now)
        drain(now)
        execution.refresh_from_db()
        return execution

    return run


def drain(now=NOW):
    """Run all that is runnable at `now`, in this process."""
    with inline(lambda: now) as worker:
        return worker.run()
