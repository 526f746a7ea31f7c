"""An error before and after every statement and commit: nothing is lost or doubled."""

import uuid
from datetime import timedelta

import pytest
from django.db import DatabaseError, InterfaceError, connection

from tests.conftest import NOW
from tests.faults import KINDS, Faults
from tests.nodes import Echo, Outside, node
from workflows import registry, services
from workflows.connecting import whole_connection
from workflows.contracts import Effect, Succeeded
from workflows.engine import Drain, forget_compiled, register
from workflows.models import Category, Execution, Worker, Workflow, WorkflowVersion
from workflows.services import Event

pytestmark = pytest.mark.django_db(transaction=True)

#: Rounds in which an execution has to be done, a minute each.
ROUNDS = 8
NODES = ["echo", "first", "outside", "pause", "second"]


class Ledger(Echo):
    """Adds an entry each time that it is run, and never the same one."""

    type = "ledger"
    effect = Effect.DATABASE

    def run(self, run):
        entry = f"{run.execution_id} {run.key} {uuid.uuid4().hex[:12]}"
        Category.objects.create(name=entry)
        return Succeeded(entry)


@pytest.fixture
def version(transactional_db, make_version):
    with registry.nodes.temporarily("ledger", Ledger()):
        yield make_version(
            node("echo", "{{ trigger.date }}"),
            node("ledger", key="first"),
            node("outside", "{{ nodes.first }}"),
            node("pause"),
            node("ledger", "{{ nodes.outside }}", key="second"),
        )


def drive(execution, faults, *, survives):
    """Work on it for some rounds, by one worker or by a new one after each error."""
    forget_compiled()
    drain = None
    for number in range(ROUNDS):
        now = NOW + timedelta(minutes=number)
        try:
            with whole_connection(), faults.on():
                services.requeue_dead(now)
                services.requeue_abandoned(now)
                drain = drain or worker(now, survives=survives)
                drain.clock = lambda now=now: now
                drain.run()
        except (DatabaseError, InterfaceError):
            # So do workers and schedulers.
            connection.close()
            drain = drain if survives else None
        # So does django-q2 before each message.
        connection.close_if_unusable_or_obsolete()
        execution.refresh_from_db()
        if execution.is_final:
            return


def worker(now, *, survives):
    """Begin as a process does; one that dies has a lease that ends by itself."""
    lease = timedelta(hours=1) if survives else timedelta(seconds=30)
    return Drain(register(Worker.Kind.WORKER, now, lease=lease).pk, lambda: now)


def wrongs(execution):
    """List what is not as it has to be at the end."""
    entries = Category.objects.filter(name__startswith=f"{execution.pk} ")
    written = sorted(name.split()[1] for name in entries.values_list("name", flat=True))
    asked = [run for run in Outside.asked if run.execution_id == execution.pk]
    jobs = list(execution.jobs.order_by("number").values_list("node_key", "status"))
    right = {
        "succeeded": execution.status == "succeeded",
        "its jobs, each once": jobs == [(key, "succeeded") for key in NODES],
        "effects in the database exactly once": written == ["first", "second"],
        "the call outside at least once": bool(asked),
        "with one key": len({run.idempotency_key for run in asked}) <= 1,
        "nobody's at the end": execution.owner is None,
    }
    return [f"{wish} (jobs {jobs})" for wish, is_so in right.items() if not is_so]


def steps_of(version, *, survives):
    """Count the steps of a run without faults."""
    faults = Faults()
    execution = services.run_manually(version, {}, NOW)
    drive(execution, faults, survives=survives)
    assert wrongs(execution) == []
    return len(faults.steps)


@pytest.mark.parametrize(
    ("kind", "survives"),
    [("refuse", True), ("roll_back", False), ("disconnect", True)],
    ids=["refuse", "roll back, and a new worker", "disconnect"],
)
@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
def test_an_error_at_any_statement_does_no_harm(version, kind, late, survives):
    found = []
    for at in range(1, steps_of(version, survives=survives) + 1):
        faults = Faults(at, KINDS[kind], late=late)
        execution = services.run_manually(version, {}, NOW)
        drive(execution, faults, survives=survives)
        found += [f"{faults}: not {wrong}" for wrong in wrongs(execution)]

    assert found == []


@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("kind", KINDS)
def test_an_error_at_any_statement_of_a_start_starts_nothing_twice(version, kind, late):
    calm = Faults()
    started(version, "calm", calm)
    for at in range(1, len(calm.steps) + 1):
        key = f"event {at}"
        started(version, key, Faults(at, KINDS[kind], late=late))
        started(version, key, Faults())

        assert Execution.objects.filter(event_key=key).count() == 1
    executions = Execution.objects.count()
    assert executions == at + 1
    assert Workflow.objects.get().run_count == executions
    assert WorkflowVersion.objects.get().run_count == executions


def started(version, key, faults):
    """Start an execution of this event, if the database lets it."""
    context = {"data": key, "date": NOW}
    event = Event(version.workflow_id, version.pk, key, context, limit=1000)
    try:
        with whole_connection(), faults.on():
            services.start(event, NOW)
    except (DatabaseError, InterfaceError):
        connection.close()
