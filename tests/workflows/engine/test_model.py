"""Whatever happens in whatever order: executions only move as the table allows."""

import uuid
from contextlib import ExitStack
from datetime import timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings as effort, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.conftest import NOW
from tests.nodes import TYPES, Echo, node
from workflows import registry, services
from workflows.contracts import Effect, Succeeded
from workflows.engine import Drain, forget_compiled, register
from workflows.exceptions import TransitionNotAllowed
from workflows.models import (
    Category,
    Execution,
    Job,
    Worker,
    Workflow,
    WorkflowVersion as Version,
)
from workflows.states import TRANSITIONS, UNFINISHED

MINUTE = timedelta(minutes=1)


class Ledger(Echo):
    """Adds an entry each time that it is run, and never the same one."""

    type = "ledger"
    effect = Effect.DATABASE

    def run(self, run):
        entry = f"{run.execution_id} {uuid.uuid4().hex[:12]}"
        Category.objects.create(name=entry)
        return Succeeded()


class Call(Echo):
    """Lets the world go on while its worker waits for an answer."""

    type = "call"
    effect = Effect.OUTSIDE

    def __init__(self):
        self.meanwhile = []

    def run(self, run):
        while self.meanwhile:
            self.meanwhile.pop()(run.execution_id)
        return Succeeded()


def reachable(status):
    """List where an execution may get from here, itself included."""
    found = {status}
    while more := {after for each in found for after in TRANSITIONS[each]} - found:
        found |= more
    return found


class Executions(RuleBasedStateMachine):
    """One workflow, two workers, and a world that does not care."""

    def __init__(self):
        super().__init__()
        forget_compiled()
        self.now = NOW
        self.example = transaction.atomic()
        self.example.__enter__()
        self.call = Call()
        self.types = ExitStack()
        for handler in (*(kind() for kind in TYPES), Ledger(), self.call):
            self.types.enter_context(registry.nodes.temporarily(handler.type, handler))
        nodes = [node("ledger"), node("call"), node("pause"), node("ledger", key="two")]
        definition = {"schema": 1, "nodes": nodes}
        self.version = services.create(
            "Model",
            "schedule",
            {"starts_at": NOW},
            definition=definition,
            options={"timeout": 600},
        )
        self.workers = [self.new_worker(), self.new_worker()]
        self.seen = {}
        self.counts = (0, 0)

    def teardown(self):
        self.finish()
        self.types.close()
        transaction.set_rollback(True)
        self.example.__exit__(None, None, None)

    def new_worker(self):
        worker = register(Worker.Kind.WORKER, self.now, lease=timedelta(minutes=3))
        return Drain(worker.pk, lambda: self.now)

    def lose_lease(self, execution_id=None):
        Worker.objects.update(lease_until=self.now)
        services.requeue_dead(self.now)

    def cancel_it(self, execution_id):
        execution = Execution.objects.get(pk=execution_id)
        if execution.status in UNFINISHED:
            services.cancel(execution, self.now)
        else:
            with pytest.raises(TransitionNotAllowed, match="cannot move"):
                services.cancel(execution, self.now)

    def run_elsewhere(self, execution_id=None):
        self.new_worker().run()

    def expire_all(self, execution_id=None):
        self.now += timedelta(minutes=11)
        services.expire(self.now)

    events = st.lists(
        st.sampled_from(["lose_lease", "cancel_it", "run_elsewhere", "expire_all"]),
        max_size=3,
    )

    @rule(count=st.integers(1, 3))
    def start(self, count):
        for _ in range(count):
            services.run_manually(self.version, {}, self.now)

    @rule(which=st.integers(0, 1), meanwhile=events)
    def work(self, which, meanwhile):
        self.call.meanwhile = [getattr(self, name) for name in meanwhile]
        self.workers[which].run()
        self.call.meanwhile = []

    @rule(which=st.integers(0, 1))
    def restart_worker(self, which):
        self.workers[which] = self.new_worker()

    @rule(minutes=st.integers(1, 4))
    def wait(self, minutes):
        self.now += minutes * MINUTE

    @rule()
    def look_after(self):
        services.requeue_dead(self.now)
        services.requeue_abandoned(self.now)
        services.expire(self.now)

    @rule(enabled=st.booleans())
    def switch(self, enabled):
        if enabled:
            services.enable(self.version, self.now)
        else:
            services.disable(self.version)

    @precondition(lambda self: self.seen)
    @rule(data=st.data())
    def cancel(self, data):
        self.cancel_it(data.draw(st.sampled_from(sorted(self.seen))))

    @precondition(lambda self: self.seen)
    @rule(data=st.data())
    def retry(self, data):
        execution = Execution.objects.get(
            pk=data.draw(st.sampled_from(sorted(self.seen)))
        )
        if execution.is_final:
            services.retry(execution, self.now)
        else:
            with pytest.raises(TransitionNotAllowed, match="cannot move"):
                services.retry(execution, self.now)

    @invariant()
    def statuses_move_as_the_table_allows(self):
        columns = ("pk", "status", "token", "job_count")
        for pk, status, token, job_count in Execution.objects.values_list(*columns):
            before = self.seen.get(pk, ("queued", 0, 0))
            assert status in reachable(before[0])
            assert (token, job_count) >= before[1:]
            assert job_count >= before[2]
            self.seen[pk] = (status, token, job_count)

    @invariant()
    def only_one_owner_writes(self):
        keys = list(Job.objects.values_list("execution", "node_key"))
        entries = [int(name.split()[0]) for name in names_of_entries()]
        written = Job.objects.filter(node_type="ledger", status="succeeded")

        assert len(keys) == len(set(keys))
        assert sorted(entries) == sorted(written.values_list("execution", flat=True))

    @invariant()
    def counters_count_and_never_fall(self):
        counts = (Workflow.objects.get().run_count, Version.objects.get().run_count)

        assert counts == (Execution.objects.count(),) * 2
        assert counts >= self.counts
        self.counts = counts

    @invariant()
    def whoever_has_ended_has_no_owner(self):
        ended = Execution.objects.exclude(status__in=UNFINISHED)

        assert not ended.exclude(owner=None, due_at=None).exists()

    def finish(self):
        """See everything end, once the world is kind again."""
        for _ in range(5):
            self.now += 4 * MINUTE
            self.look_after()
            self.new_worker().run()
        self.statuses_move_as_the_table_allows()
        self.only_one_owner_writes()
        assert not Execution.objects.unfinished().exists()


def names_of_entries():
    return Category.objects.values_list("name", flat=True)


@pytest.mark.django_db
def test_no_order_of_events_breaks_an_execution():
    examples = 15 if connection.vendor == "sqlite" else 5
    run_state_machine_as_test(
        Executions,
        settings=effort(
            max_examples=examples,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
