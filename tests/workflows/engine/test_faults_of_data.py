"""An error at every statement of nodes that write records: each write counts once."""

import pytest
from django.db import connection

from tests.conftest import NOW
from tests.faults import KINDS, Faults
from tests.handlers.nodes.test_loop import loop
from tests.nodes import node
from tests.workflows.engine.test_faults import drive
from workflows import services
from workflows.models import Category

pytestmark = pytest.mark.django_db(transaction=True)

NAME, OTHER = "e{{ execution.id }}", "x{{ execution.id }}"
MINE = {"rules": [{"field": "name", "op": "eq", "value": NAME}]}
GONE = {"rules": [{"field": "name", "op": "eq", "value": OTHER}]}
SQL = "UPDATE workflows_category SET position = position + 100 WHERE name = @name"


def data(kind, key="", **config):
    common = (
        {} if kind in {"sql", "variables"} else {"collection": "workflows.category"}
    )
    return {"key": key or kind, "type": kind, "config": {**common, **config}}


@pytest.fixture
def version(transactional_db, make_version, settings):
    """Give one that waits in the middle, so that it is committed and reloaded."""
    settings.WORKFLOWS = {
        "COLLECTIONS": ["workflows"],
        "SQL_DATABASES": {"default": "write"},
    }
    body = [
        data("update", filter=MINE, increments={"position": 1}),
        data("variables", add={"sum": "{{ loop.item }}"}),
        node("pause"),
        data("sql", sql=SQL, access="write", parameters={"name": NAME}),
    ]
    return make_version(
        data("create", values=[{"name": NAME}, {"name": OTHER}]),
        loop([1, 2], body),
        data("delete", filter=GONE),
        data("query", filter=MINE, mode="one"),
        {"key": "end", "type": "calculation", "config": {"value": "{{ vars.sum }}"}},
    )


def wrongs(execution):
    """List what is not as it has to be at the end."""
    results = dict(execution.jobs.values_list("node_key", "result"))
    record = Category.objects.filter(name=f"e{execution.pk}").first()
    right = {
        "succeeded": execution.status == "succeeded",
        "each write once": record is not None and record.position == 202,
        "deleted": not Category.objects.filter(name=f"x{execution.pk}").exists(),
        "read": (results.get("query") or {}).get("position") == 202,
        "added up": results.get("end") == 3,
    }
    reason = execution.reason
    return [f"{wish} ({reason})" for wish, is_so in right.items() if not is_so]


def steps_of(version, *, survives):
    faults = Faults()
    execution = services.run_manually(version, {}, NOW)
    drive(execution, faults, survives=survives)
    assert wrongs(execution) == []
    return len(faults.steps)


@pytest.mark.parametrize(
    ("kind", "survives", "late"),
    [("roll_back", False, True), ("disconnect", True, False)],
)
def test_an_error_at_any_statement_doubles_no_write(version, kind, survives, late):
    found = []
    # A careful run asks MariaDB for the constraints of every table, which takes long.
    apart = 5 if connection.vendor == "mysql" else 1
    for at in range(1, steps_of(version, survives=survives) + 1, apart):
        faults = Faults(at, KINDS[kind], late=late)
        execution = services.run_manually(version, {}, NOW)
        drive(execution, faults, survives=survives)
        found += [f"{faults}: not {wrong}" for wrong in wrongs(execution)]

    assert found == []
