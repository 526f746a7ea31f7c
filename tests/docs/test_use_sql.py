"""The how-to about SQL: its settings and its statement work as they are shown."""

import json
import re

import pytest

from demo.shop.models import Product
from handlers.nodes.sql import Sql
from handlers.sql import Access, databases, parse
from handlers.sql.statements import VERBS
from tests.docs.pages import DOCS
from tests.handlers.conftest import problems, run_node

PAGE = (DOCS / "how-to/use-sql.md").read_text(encoding="utf-8")


def block(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(autouse=True)
def as_shown(settings):
    known: dict[str, dict[str, object]] = {}
    exec(block("python")[0], known)  # noqa: S102 - our own page
    shown = known["WORKFLOWS"]
    assert shown["SQL_DATABASES"] == {"default": "read", "reports": "write"}
    settings.WORKFLOWS = {**shown, "SQL_DATABASES": {"default": "read"}}


def test_settings_open_the_database_for_reading():
    assert databases() == {"default": Access.READ}


def test_statement_gives_what_runs_out(transactional_db):
    for name, stock in (("Tea", 3), ("Cup", 12)):
        Product.objects.create(name=name, price=1, stock=stock)
    [shown] = map(json.loads, block("json"))

    answer = run_node(Sql, {"trigger": {"data": {}}}, **shown)

    assert not problems(Sql, **shown)
    assert answer.result == [{"name": "Tea", "stock": 3}]


def test_write_with_a_key_is_allowed():
    assert parse(block("sql")[1], Access.WRITE).names == ("idempotency_key", "amount")


@pytest.mark.parametrize("access", Access)
def test_page_names_the_verbs(access):
    *first, last = VERBS[access]

    assert all(verb in PAGE for verb in (*first, last))
