"""SQL: bound values, read-only by the database, limits of rows and time."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import (
    DEFAULT_DB_ALIAS,
    connection,
    transaction,
)

from handlers.nodes.sql import Sql
from handlers.sql import (
    Answer,
    DatabaseNotAllowed,
    SqlFailed,
    SqlRefused,
    TooManyRows,
)
from handlers.sql.errors import ColumnsAlike
from tests.conftest import NOW
from tests.handlers.conftest import problems, run_node, shape
from tests.nodes import node
from workflows import services
from workflows.contracts import Effect, NodeRun
from workflows.forms import compile_config
from workflows.models import Category

NAMES = "SELECT name FROM workflows_category WHERE position >= @least ORDER BY name"
COUNTING = """
    WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < @most)
    SELECT n FROM r
"""
DATA = "{{ trigger.data }}"
INSERT = "INSERT INTO workflows_category (name, position) VALUES (@name, 1)"
ELSEWHERE = {"database": "elsewhere", "access": "write"}
everywhere = pytest.mark.django_db(transaction=True, databases="__all__")


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


def test_rows_are_objects(categories):
    scope = {"trigger": {"data": 1}}

    answer = asked(NAMES, scope, parameters={"least": "{{ trigger.data }}"})

    assert answer.result == [{"name": "Mail"}, {"name": "Stock"}]


@pytest.mark.parametrize(
    ("result", "least", "found"),
    [
        ("row", 0, {"name": "Mail"}),
        ("value", 0, "Mail"),
        ("rows", 9, []),
        ("row", 9, None),
        ("value", 9, None),
    ],
)
def test_first_row_or_value(result, least, found, categories):
    assert asked(NAMES, parameters={"least": least}, result=result).result == found


HOSTILE = ["x' OR 1=1 --", "%s %(a)s %%", '"; DROP TABLE a', "@a", "\\'", "{{ a }}"]


@pytest.mark.parametrize("name", HOSTILE)
def test_values_are_bound_whatever_they_hold(name, transactional_db):
    scope = {"trigger": {"data": name}}
    sql = "SELECT @a AS a"

    answer = asked(sql, scope, parameters={"a": "{{ trigger.data }}"}, result="value")

    assert answer.result == name


@pytest.mark.parametrize(
    "value",
    [
        None, True, 7, 2.5, Decimal("1.50"), "", [1, "a"], {"a": [1]}, UUID(int=7),
        NOW, date(2026, 1, 1), time(9, 30), timedelta(hours=1),
    ],
)  # fmt: skip
def test_every_value_of_expressions_can_be_bound(value, transactional_db):
    sql = "SELECT CASE WHEN @a IS NULL THEN 0 ELSE 1 END AS a"
    if connection.vendor == "postgresql" and not isinstance(value, list):
        sql = sql.replace("@a", "CAST(@a AS text)")

    answer = asked(sql, {"trigger": {"data": value}}, parameters={"a": DATA})

    assert answer.result == [{"a": 0 if value is None else 1}]


def test_moments_are_bound_as_models_store_them(categories):
    sql = "SELECT COUNT(*) AS n FROM django_migrations WHERE applied < @at"
    later = datetime(2999, 1, 1, tzinfo=UTC)

    answer = asked(sql, {"trigger": {"data": later}}, parameters={"at": DATA})

    assert answer.result[0]["n"] > 0


@pytest.mark.parametrize("access", ["read", "write"])
def test_more_rows_than_allowed_are_an_error(access, transactional_db):
    config = {"parameters": {"most": 5}, "limit": 4, "access": access}

    with pytest.raises(TooManyRows, match="more than 4 rows"):
        asked(COUNTING, **config)


def test_more_rows_are_left_out_if_asked(transactional_db):
    answer = asked(COUNTING, parameters={"most": 900}, limit=2, at_limit="cut")

    assert answer.result == [{"n": 1}, {"n": 2}]
    assert "left out" in answer.log


def test_as_many_rows_as_allowed_are_no_error(transactional_db):
    assert len(asked(COUNTING, parameters={"most": 4}, limit=4).result) == 4


def test_write_gives_what_it_touched(categories):
    sql = "UPDATE workflows_category SET position = position - @n WHERE position > 0"

    answer = asked(sql, access="write", parameters={"n": 1})

    assert answer.result == {"count": 2, "rows": []}
    assert Category.objects.get(name="Mail").position == 1


def test_write_may_give_rows(categories):
    sql = "DELETE FROM workflows_category WHERE position = @p RETURNING name"

    answer = asked(sql, access="write", parameters={"p": 0}, result="value")

    assert answer.result == {"count": 1, "rows": "Orders"}


def test_write_has_the_key_of_its_effect(categories):
    sql = "INSERT INTO workflows_category (name, position) VALUES (@idempotency_key, 1)"

    asked(sql, access="write")

    assert Category.objects.filter(name="7-call-1").exists()


@everywhere
def test_other_database_is_written_in_a_transaction_of_its_own():
    Category.objects.using("elsewhere").all().delete()

    answer = asked(INSERT, parameters={"name": "x"}, **ELSEWHERE)

    assert answer.result["count"] == 1
    assert Category.objects.using("elsewhere").get().name == "x"
    assert not Category.objects.exists()


@everywhere
def test_failed_write_elsewhere_leaves_nothing():
    Category.objects.using("elsewhere").all().delete()
    sql = f"{INSERT} RETURNING 1 AS a, 2 AS a"

    with pytest.raises(ColumnsAlike, match="Two columns"):
        asked(sql, parameters={"name": "x"}, **ELSEWHERE)

    assert not Category.objects.using("elsewhere").exists()


@pytest.mark.parametrize(
    ("config", "effect"),
    [
        ({"access": "write"}, Effect.DATABASE),
        ({"access": "read"}, Effect.OUTSIDE),
        ({"access": "write", "database": "elsewhere"}, Effect.OUTSIDE),
    ],
)
def test_effect_depends_on_what_is_touched(config, effect):
    assert Sql().effect_of({"database": DEFAULT_DB_ALIAS, **config}) is effect


@pytest.mark.parametrize(
    ("config", "field", "problem"),
    [
        ({"sql": "DROP TABLE x"}, "sql", "must begin with one of"),
        ({"sql": "SELECT {{ now }}"}, "sql", "no expression becomes part"),
        ({"sql": INSERT, "parameters": {"name": 1}}, "sql", "must begin with one of"),
        ({"sql": "SELECT 1; SELECT 2"}, "sql", "more than one statement"),
        ({"sql": ""}, "sql", "required"),
        ({"sql": "SELECT 1" + " " * 20_000 + "x"}, "sql", "at most 20000"),
        ({"sql": "SELECT @a"}, "parameters", "uses @a; give it a value"),
        ({"parameters": {"a": 1}}, "parameters", "does not use 'a'; write its"),
        ({"parameters": [1]}, "parameters", "Enter a JSON object"),
        ({"database": "nix"}, "database", "may not read the database 'nix'"),
        ({"database": ""}, "database", "required"),
        ({"access": "all"}, "access", "valid choice"),
        ({"limit": 10_001}, "limit", "less than or equal to 10000"),
        ({"seconds": 0}, "seconds", "greater than or equal to 1"),
    ],
)
def test_wrong_settings_are_form_errors(config, field, problem):
    assert problem in problems(Sql, **{"sql": "SELECT 1", **config})[field]


def test_database_that_is_not_open_is_refused(settings):
    settings.WORKFLOWS = {}

    found = problems(Sql, sql="SELECT 1")

    assert "may not read the database 'default'" in found["database"]
    assert "it allows: none" in found["database"]


def test_database_opened_for_reading_is_not_written(settings):
    settings.WORKFLOWS = {"SQL_DATABASES": {"default": "read"}}

    found = problems(Sql, sql=INSERT, access="write", parameters={"name": 1})

    assert "may not write the database 'default'" in found["database"]


def test_database_closed_meanwhile_is_refused_at_run_time(settings, rendered):
    settings.WORKFLOWS = {"SQL_DATABASES": {"default": "read"}}

    with pytest.raises(
        DatabaseNotAllowed, match="may not write the database 'default'"
    ):
        Sql().run(rendered)


@pytest.fixture
def rendered():
    config = {"database": "default", "access": "write", "sql": "DELETE FROM x"}
    return NodeRun(config=config, now=NOW)


@pytest.mark.parametrize("given", [{"default": "all"}, {"nix": "read"}])
def test_setting_that_says_nothing_is_told(given, settings):
    settings.WORKFLOWS = {"SQL_DATABASES": given}

    found = problems(Sql, sql="SELECT 1")

    assert "It takes 'read' or 'write'" in found["database"]


@pytest.mark.parametrize("access", ["read", "write"])
@pytest.mark.parametrize(
    ("sql", "error", "problem"),
    [
        ("SELECT 1 AS a, 2 AS a", ColumnsAlike, "'a'; name them with AS"),
        ("SELECT nix FROM workflows_category", SqlFailed, "'default' refused .*nix"),
        ("SELECT FROM WHERE", SqlFailed, "refused"),
    ],
)
def test_what_the_database_says_is_told(access, sql, error, problem, transactional_db):
    with pytest.raises(error, match=problem):
        with transaction.atomic():
            asked(sql, access=access)


def test_limit_of_the_node_counts_too(monkeypatch):
    seen = []
    monkeypatch.setattr("handlers.nodes.sql.read", lambda *given: noted(seen, *given))
    config = compile_config(Sql.form_class, {"sql": "SELECT 1"}).render({})

    for timeout in (None, timedelta(seconds=3), timedelta(minutes=3)):
        Sql().run(NodeRun(config=config, now=NOW, timeout=timeout))

    assert seen == [10, 3, 10]


def noted(seen, _alias, question):
    seen.append(question.seconds)
    return Answer()


@pytest.mark.parametrize(
    ("config", "found"),
    [
        ({}, ("list", {})),
        ({"result": "row"}, ("object", {})),
        ({"access": "write"}, ("object", {"count": "number", "rows": "list"})),
    ],
)
def test_shape_says_what_the_result_is(config, found):
    assert shape(Sql, **config) == found


def test_statement_is_checked_at_run_time_too():
    config = compile_config(Sql.form_class, {"sql": "SELECT 1"}).render({})

    with pytest.raises(SqlRefused, match="must begin with one of"):
        Sql().run(NodeRun(config={**config, "sql": "DROP TABLE x"}, now=NOW))


def test_result_reaches_the_next_node(make_version, run, transactional_db):
    config = {"sql": "SELECT 7 AS n", "result": "value"}
    version = make_version(
        {"key": "one", "type": "sql", "config": config},
        node("echo", "{{ nodes.one + 1 }}"),
    )

    assert run(version).jobs.get(node_key="echo").result == 8


def test_write_that_fails_leaves_what_was_before(make_version, run, transactional_db):
    config = {"sql": "UPDATE nix SET a = 1", "access": "write"}
    version = make_version(
        node("write", "kept"), {"key": "b", "type": "sql", "config": config}
    )

    execution = run(version)

    assert execution.status == "error"
    assert "refused the SQL" in execution.reason
    assert Category.objects.get().name == "kept"


def test_trial_of_a_write_is_rolled_back(make_version, categories):
    config = {"sql": "DELETE FROM workflows_category", "access": "write"}
    version = make_version({"key": "it", "type": "sql", "config": config})

    trial = services.try_node(version, "it", {}, lambda: NOW)

    assert trial.result["count"] == 3
    assert "Nothing was kept" in trial.remarks[-1]
    assert Category.objects.count() == 3
