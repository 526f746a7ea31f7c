"""An error at every statement while branches of an execution run side by side."""

import pytest

from tests.conftest import NOW
from tests.faults import KINDS, Faults
from tests.nodes import Outside, node
from tests.workflows.engine.test_faults import Ledger, drive
from workflows import registry, services
from workflows.engine import drain as draining
from workflows.models import Category

pytestmark = pytest.mark.django_db(transaction=True)

KEYS = ["both", "call", "last", "pause", "tell", "write"]


@pytest.fixture
def version(transactional_db, make_version, monkeypatch):
    """Give two branches that write, call and wait, and are committed after each."""
    monkeypatch.setattr(draining, "GROUP_TIME", 0)
    first = [node("ledger", key="write"), node("pause"), node("outside", key="tell")]
    second = [node("outside", key="call"), node("ledger", key="last")]
    both = {
        "key": "both",
        "type": "parallel",
        "config": {"names": ["first", "second"], "mode": "all"},
        "branches": {"first": first, "second": second},
    }
    with registry.nodes.temporarily("ledger", Ledger()):
        yield make_version(both)


def wrongs(execution):
    """List what is not as it has to be at the end."""
    entries = Category.objects.filter(name__startswith=f"{execution.pk} ")
    written = sorted(name.split()[1] for name in entries.values_list("name", flat=True))
    asked = [run for run in Outside.asked if run.execution_id == execution.pk]
    jobs = sorted(execution.jobs.values_list("node_key", flat=True))
    right = {
        "succeeded": execution.status == "succeeded",
        "its jobs, each once": jobs == KEYS,
        "no job open": not execution.jobs.exclude(status="succeeded").exists(),
        "effects in the database exactly once": written == ["last", "write"],
        "both calls, each with one key": len({r.idempotency_key for r in asked}) == 2,
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
        ("refuse", True, True),
        ("roll_back", False, False),
        ("roll_back", True, True),
        ("disconnect", True, True),
    ],
)
def test_an_error_in_a_branch_does_no_harm(version, kind, survives, late):
    found = []
    for at in range(1, steps_of(version, survives=survives) + 1):
        faults = Faults(at, KINDS[kind], late=late)
        execution = services.run_manually(version, {}, NOW)
        drive(execution, faults, survives=survives)
        found += [f"{faults}: not {wrong}" for wrong in wrongs(execution)]

    assert found == []
