"""Whatever happens in whatever order: executions only move as the table allows."""

import os
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
from workflows.contracts import Effect, Fork, Succeeded, Waiting
from workflows.engine import Drain, forget_compiled, register
from workflows.exceptions import TransitionNotAllowed
from workflows.models import (
    Category,
    Child,
    Execution,
    Job,
    Worker,
    Workflow,
    WorkflowVersion as Version,
)
from workflows.states import TRANSITIONS, UNFINISHED

MINUTE = timedelta(minutes=1)
#: How many stories each database gets; EXAMPLES=1000 in the environment tells more.
EXAMPLES = {"sqlite": 10, "postgresql": 4, "mysql": 4}


class Ledger(Echo):
    """Adds an entry each time that it is run, and never the same one."""

    type = "ledger"
    effect = Effect.DATABASE

    def run(self, run):
        entry = f"{run.execution_id} {uuid.uuid4().hex[:12]}"
        Category.objects.create(name=entry)
        return Succeeded()


class Split(Echo):
    """Runs its two branches side by side, and is done when both are."""

    type = "split"
    forks = True
    branches = {"a": "A", "b": "B"}

    def run(self, run):
        return Fork(("a", "b"))

    def after_branch(self, run):
        return Waiting() if None in run.branches.values() else Succeeded()


class Ask(Echo):
    """Waits two minutes for a reply."""

    type = "ask"
    waits = True

    def run(self, run):
        return Waiting(run.now + 2 * MINUTE)

    def resume(self, run):
        return Succeeded(run.reply and run.reply.value)


class Begin(Echo):
    """Starts another workflow and waits for its end."""

    type = "begin"
    effect = Effect.DATABASE
    waits = True

    def run(self, run):
        version = Version.objects.get(workflow__title="Child")
        services.start_child(run, version, {}, awaited=True)
        return Waiting()

    def resume(self, run):
        return Succeeded(run.reply and run.reply.value["status"])


KINDS = (Ledger, Split, Ask, Begin)


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

    def definition(self):
        return [node("ledger"), node("call"), node("pause"), node("ledger", key="two")]

    def __init__(self):
        super().__init__()
        forget_compiled()
        self.now = NOW
        self.example = transaction.atomic()
        self.example.__enter__()
        self.call = Call()
        self.types = ExitStack()
        for handler in (*(kind() for kind in (*TYPES, *KINDS)), self.call):
            self.types.enter_context(registry.nodes.temporarily(handler.type, handler))
        definition = {"schema": 1, "nodes": self.definition()}
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
        services.settle_children(self.now)
        services.end_orphans(self.now)
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
        workflow = Workflow.objects.get(pk=self.version.workflow_id)
        counts = (workflow.run_count, workflow.versions.get().run_count)

        assert counts == (Execution.objects.filter(workflow=workflow).count(),) * 2
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


class Families(Executions):
    """The same with branches, with people who answer, and with other executions."""

    def definition(self):
        services.create(
            "Child",
            "schedule",
            {"starts_at": NOW},
            definition={"schema": 1, "nodes": [node("ledger"), node("pause")]},
        )
        branches = {
            "a": [node("ledger", key="left"), node("call"), node("pause")],
            "b": [node("ask"), node("ledger", key="right")],
        }
        fork = {"key": "split", "type": "split", "config": {}, "branches": branches}
        return [fork, node("begin"), node("ledger", key="last")]

    def __init__(self):
        super().__init__()
        self.told = set()

    @precondition(lambda self: self.seen)
    @rule(data=st.data(), twice=st.booleans())
    def reply(self, data, twice):
        asked = Job.objects.filter(node_type="ask", status="waiting")
        for job in asked.order_by("pk")[:2]:
            for _ in range(1 + twice):
                named = (job.execution_id, job.number)
                if services.resume(*named, "yes", self.now):
                    assert named not in self.told
                    self.told.add(named)

    @rule()
    def end_children(self):
        unfinished = Execution.objects.unfinished().filter(workflow__title="Child")
        for execution in unfinished.order_by("pk")[:1]:
            services.cancel(execution, self.now)

    @invariant()
    def a_parent_goes_on_once_its_child_has_ended(self):
        done = Job.objects.filter(node_type="begin", status="succeeded")
        children = Execution.objects.filter(origin__parent__in=done.values("execution"))

        assert not children.filter(status__in=UNFINISHED).exists()

    @invariant()
    def what_was_told_was_heard(self):
        done = Job.objects.filter(node_type="ask", status="succeeded", result="yes")

        assert set(done.values_list("execution", "number")) <= self.told

    def finish(self):
        super().finish()
        assert not Child.objects.exclude(state=None).exists()


def names_of_entries():
    return Category.objects.values_list("name", flat=True)


@pytest.mark.django_db
@pytest.mark.parametrize("machine", [Executions, Families])
def test_no_order_of_events_breaks_an_execution(machine):
    examples = int(os.environ.get("EXAMPLES") or 0) or EXAMPLES[connection.vendor]
    run_state_machine_as_test(
        machine,
        settings=effort(
            max_examples=examples,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
