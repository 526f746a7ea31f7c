"""An error at every statement while an execution is inside a loop."""

import pytest

from tests.conftest import NOW
from tests.faults import KINDS, Faults
from tests.handlers.nodes.test_loop import loop
from tests.nodes import Outside, node
from tests.workflows.engine.test_faults import Ledger, drive
from workflows import registry, services
from workflows.engine import drain as draining
from workflows.models import Category

pytestmark = pytest.mark.django_db(transaction=True)

BODY = ["write", "outside", "pause"]


@pytest.fixture
def version(transactional_db, make_version, monkeypatch):
    """Give a loop that is committed after each node, has calls, and waits."""
    monkeypatch.setattr(draining, "GROUP_TIME", 0)
    body = [
        node("ledger", key="write"),
        node("outside", "{{ loop.item ~ nodes.write }}"),
        node("pause"),
    ]
    with registry.nodes.temporarily("ledger", Ledger()):
        yield make_version(loop(["x", "y"], body))


def wrongs(execution):
    """List what is not as it has to be at the end."""
    entries = Category.objects.filter(name__startswith=f"{execution.pk} ")
    asked = [run for run in Outside.asked if run.execution_id == execution.pk]
    keys = {run.idempotency_key for run in asked}
    jobs = list(execution.jobs.order_by("number").values_list("node_key", "round"))
    rounds = [(key, number) for number in ("1", "2") for key in BODY]
    right = {
        "succeeded": execution.status == "succeeded",
        "its jobs, each once": jobs == [("loop", ""), *rounds],
        "no job open": not execution.jobs.exclude(status="succeeded").exists(),
        "effects in the database exactly once": entries.count() == len("xy"),
        "a key for each round": len(keys) == len("xy"),
        "nobody's at the end": (execution.owner, execution.frames) == (None, None),
    }
    return [f"{wish} (jobs {jobs})" for wish, is_so in right.items() if not is_so]


def steps_of(version, *, survives):
    faults = Faults()
    execution = services.run_manually(version, {}, NOW)
    drive(execution, faults, survives=survives)
    assert wrongs(execution) == []
    return len(faults.steps)


@pytest.mark.parametrize(
    ("kind", "survives", "late"),
    [
        ("roll_back", False, False),
        ("roll_back", True, True),
        ("disconnect", True, True),
    ],
)
def test_an_error_in_a_body_does_no_harm(version, kind, survives, late):
    found = []
    for at in range(1, steps_of(version, survives=survives) + 1):
        faults = Faults(at, KINDS[kind], late=late)
        execution = services.run_manually(version, {}, NOW)
        drive(execution, faults, survives=survives)
        found += [f"{faults}: not {wrong}" for wrong in wrongs(execution)]

    assert found == []
