"""Statements run: read-only by the database, and ended at their time limit."""

import pytest
from django.db import (
    OperationalError,
    connection,
    connections,
    transaction,
)

from handlers.nodes.sql import Sql
from handlers.sql import (
    Access,
    Question,
    SqlFailed,
    SqlTookTooLong,
    parse,
    read,
    write_here,
)
from handlers.sql.limits import is_passing
from tests.handlers.conftest import run_node
from workflows.models import Category

TABLES = ", ".join(f"workflows_category c{n}" for n in range(20))
ENDLESS = f"SELECT COUNT(*) FROM {TABLES}"  # noqa: S608 - of our own names
ADDING = "INSERT INTO workflows_category (name, position) VALUES ('x', 1)"
SWITCHING = "set_config('transaction_read_only', 'off', true)"
NEXT = "nextval('workflows_category_id_seq')"


@pytest.fixture(autouse=True)
def opened(settings):
    settings.WORKFLOWS = {
        "COLLECTIONS": ["workflows"],
        "SQL_DATABASES": {"default": "write", "elsewhere": "write"},
    }


@pytest.fixture
def categories(transactional_db):
    for position, name in enumerate(["Orders", "Stock", "Mail"]):
        Category.objects.create(name=name, position=position)


def asked(sql, scope=None, **config):
    return run_node(Sql, scope, sql=sql, **config)


@pytest.mark.parametrize("access", ["read", "write"])
def test_database_ends_what_takes_too_long(access, transactional_db):
    Category.objects.bulk_create(Category(name=str(n)) for n in range(30))
    statement = parse(ENDLESS, Access(access))
    ask = {
        "read": lambda q: read("default", q),
        "write": write_here,
    }[access]

    with pytest.raises(SqlTookTooLong, match=r"stopped after 0\.2 seconds"):
        in_transaction(lambda: ask(Question(statement, seconds=0.2)))


def in_transaction(action):
    with transaction.atomic():
        return action()


def test_database_keeps_a_reading_statement_from_writing(categories, monkeypatch):
    """Whatever our own reading of the statement lets through."""
    statement = parse(ADDING, Access.WRITE)

    monkeypatch.setattr("handlers.sql.limits.streaming", lambda opened: opened.cursor)
    with pytest.raises(SqlFailed, match=r"(?i)read.?only"):
        read("default", Question(statement))

    assert Category.objects.count() == 3


@pytest.mark.parametrize(
    "sql",
    [
        f"WITH x AS ({ADDING} RETURNING id) SELECT * FROM x",  # noqa: S608 - ours
        "SELECT name FROM workflows_category FOR UPDATE",
        f"SELECT {SWITCHING}, {NEXT}",
        "WITH d AS (DELETE FROM workflows_category) SELECT 1",
    ],
)
def test_writes_in_disguise_are_refused_on_postgresql(sql, categories):
    if connection.vendor != "postgresql":
        pytest.skip("these are words of PostgreSQL")
    with pytest.raises(SqlFailed, match="refused the SQL"):
        asked(sql)

    assert Category.objects.count() == 3


def test_session_ends_with_the_statement(transactional_db):
    if connection.vendor != "postgresql":
        pytest.skip("others have no such function")
    sql = "SELECT pg_backend_pid() AS pid"

    assert asked(sql).result != asked(sql).result


class Driver(Exception):
    sqlstate = None


@pytest.mark.parametrize(
    ("cause", "passing"),
    [
        (Driver(1213, "Deadlock"), True),
        (Driver(1054, "Unknown column"), False),
        (Driver("database is locked"), True),
        (Driver("no such table: x"), False),
    ],
)
def test_only_what_a_repeat_can_mend_passes(cause, passing):
    error = OperationalError()
    error.__cause__ = cause

    assert is_passing(error) is passing


@pytest.mark.parametrize(
    ("state", "passing"),
    [
        ("40P01", True),
        ("40001", True),
        ("57P01", True),
        ("57014", False),
        ("42", False),
    ],
)
def test_states_of_postgresql_say_what_passes(state, passing):
    error, cause = OperationalError(), Driver()
    cause.sqlstate = state
    error.__cause__ = cause

    assert is_passing(error) is passing


def test_limit_of_a_write_does_not_outlive_it(categories):
    sql = "UPDATE workflows_category SET position = 0"

    in_transaction(lambda: asked(sql, access="write", seconds=1))

    with connections["default"].cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SHOW statement_timeout")
            assert cursor.fetchone() == ("0",)
        cursor.execute("SELECT COUNT(*) FROM workflows_category")
        assert cursor.fetchone() == (3,)
