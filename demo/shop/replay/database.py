"""Where a replay happens: in a database of its own, gone afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.sqlite3.base import DatabaseWrapper

from demo.shop.models import Order
from demo.shop.replay.exceptions import DatabaseNotEmpty
from workflows.engine import forget_compiled
from workflows.models import Workflow

#: The settings that the project uses with SQLite.
OPTIONS = {
    "timeout": 20,
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
}


@contextmanager
def temporary_database() -> Iterator[None]:
    """Put a new SQLite file in the place of the configured database.

    This thread's connection alone is exchanged; nothing else runs in a replay.
    """
    alias, kept = DEFAULT_DB_ALIAS, connections[DEFAULT_DB_ALIAS]
    with TemporaryDirectory(prefix="punctual-replay-") as folder:
        connections[alias] = _connection(Path(folder) / "replay.sqlite3")
        try:
            forget_compiled()
            call_command("migrate", verbosity=0, interactive=False)
            yield
        finally:
            connections[alias].close()
            connections[alias] = kept
            # What processes remember by id was of the other database.
            ContentType.objects.clear_cache()
            forget_compiled()


def _connection(path: Path) -> BaseDatabaseWrapper:
    settings = {
        **connections[DEFAULT_DB_ALIAS].settings_dict,
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": OPTIONS,
    }
    return DatabaseWrapper(settings, DEFAULT_DB_ALIAS)


@contextmanager
def configured_database() -> Iterator[None]:
    """Take the configured database, if it is empty, and leave the orders there."""
    orders, workflows = Order.objects.count(), Workflow.objects.count()
    if orders or workflows:
        raise DatabaseNotEmpty(orders, workflows)
    yield
