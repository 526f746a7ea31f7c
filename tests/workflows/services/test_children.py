"""Executions that wait for others: told once of their ends, and ended with them."""

from datetime import timedelta

import pytest
from django.db import connection, transaction

from tests.conftest import NOW, drain
from tests.nodes import Echo, node
from tests.racing import cannot_race, race
from workflows import registry, services
from workflows.contracts import Effect, Succeeded, Waiting
from workflows.engine import Drain, families, register
from workflows.models import Child, Execution, Job, Worker, WorkflowVersion
from workflows.pollers import SettleChildren

LATER = NOW + timedelta(minutes=1)


class Begin(Echo):
    """Starts another workflow and waits for its end, for a minute at most."""

    type = "begin"
    effect = Effect.DATABASE
    waits = True

    def run(self, run):
        version = WorkflowVersion.objects.get(workflow__title="Child")
        services.start_child(run, version, {}, awaited=True)
        limited = run.config["value"] == "a minute"
        return Waiting(run.now + timedelta(minutes=1) if limited else None)

    def resume(self, run):
        return Succeeded(run.reply and run.reply.value["status"])


@pytest.fixture(autouse=True)
def beginning(nodes):
    with registry.nodes.temporarily("begin", Begin()):
        yield


@pytest.fixture
def family(make_version, run):
    """Run a parent whose child waits a minute; give both executions."""

    def family(*inner, value=None):
        make_version(*(inner or [node("pause")]), title="Child")
        return run(make_version(node("begin", value), title="Parent")), child()

    return family


def child():
    return Execution.objects.get(workflow__title="Child")


def told(parent):
    """Tell how it stands, and what its node was told."""
    parent.refresh_from_db()
    return parent.status, parent.jobs.get(number=1).result


@pytest.fixture
def distracted(monkeypatch):
    """Let whoever ends an execution find its parent locked."""

    def nobody(rows, **_options):
        return rows.none()

    with monkeypatch.context() as patch:
        patch.setattr(families, "lock_free", nobody)
        yield patch.undo


def test_the_parent_is_told_in_the_transaction_of_the_end(family):
    parent, other = family()
    worker = new_worker(LATER)
    worker._advance_all(worker._take([]))

    other.refresh_from_db()
    job = parent.jobs.get()
    assert (other.status, job.reply["status"]) == ("succeeded", "succeeded")
    assert Execution.objects.get(pk=parent.pk).due_at == LATER


def test_a_parent_that_was_locked_is_told_by_the_poller(family, distracted):
    parent, _other = family()
    drain(LATER)
    assert told(parent) == ("waiting", None)
    distracted()

    assert SettleChildren().drain(LATER) == 1
    drain(LATER)

    assert told(parent) == ("succeeded", "succeeded")


def test_the_poller_tells_nobody_twice(family):
    parent, _other = family()
    drain(LATER)

    assert SettleChildren().drain(LATER) == 0
    assert told(parent) == ("succeeded", "succeeded")


def test_the_poller_tells_of_what_was_parked_as_poison(family):
    parent, other = family()
    Execution.objects.filter(pk=other.pk).update(status="error", reason="killed")

    SettleChildren().drain(LATER)
    drain(LATER)

    assert told(parent) == ("succeeded", "error")


def test_what_nobody_waits_for_any_more_is_cancelled(family):
    parent, other = family(node("pause", "for ever"), value="a minute")
    drain(LATER)
    assert told(parent) == ("succeeded", None)

    assert SettleChildren().due(LATER) == LATER
    SettleChildren().drain(LATER)

    other.refresh_from_db()
    assert other.status == "cancelled"
    assert other.reason == "the node that waited for it has given up"


def test_the_poller_finds_orphans_that_nobody_has_noted(family):
    _parent, other = family(node("pause", "for ever"))
    Job.objects.filter(node_type="begin").update(status="failed")

    SettleChildren().drain(LATER)

    other.refresh_from_db()
    assert other.status == "cancelled"


def test_the_poller_rests_while_nobody_waits(family):
    assert SettleChildren().due(NOW) is None


def test_the_poller_looks_now_and_then_while_somebody_waits(family):
    family()
    poller = SettleChildren()
    poller.poll(NOW)

    assert poller.due(NOW) == NOW + timedelta(seconds=5)


def test_a_child_whose_parent_is_rolled_back_was_never_there(family, make_version, run):
    make_version(title="Child")
    parent = run(make_version(node("begin"), node("write", "bad"), title="Parent"))

    assert told(parent) == ("error", "succeeded")
    assert Execution.objects.filter(workflow__title="Child").count() == 1


def test_a_worker_that_dies_with_the_child_in_its_hands_tells_once(family):
    parent, _other = family()
    dying = new_worker(LATER)
    dying._take([])
    Worker.objects.update(lease_until=LATER)
    services.requeue_dead(LATER)

    drain(LATER)

    assert told(parent) == ("succeeded", "succeeded")
    assert child().job_count == 1


def test_pruned_history_leaves_no_links(family, settings):
    family(node("echo"))
    settings.WORKFLOWS = {**settings.WORKFLOWS, "RETENTION": {"succeeded": 1}}

    services.prune(NOW + timedelta(days=2), pause=lambda seconds: None)

    assert (Execution.objects.count(), Child.objects.count()) == (0, 0)


def test_executions_without_a_parent_ask_for_none(make_version, run):
    version = make_version(node("echo"))

    with connection.execute_wrapper(refuse_children):
        assert run(version).status == "succeeded"


def refuse_children(execute, sql, params, many, context):
    assert "workflows_child" not in sql
    return execute(sql, params, many, context)


def new_worker(now=NOW):
    worker = register(Worker.Kind.WORKER, now, lease=timedelta(minutes=3))
    return Drain(worker.pk, lambda: now)


@pytest.mark.skipif(bool(cannot_race()), reason=cannot_race())
@pytest.mark.django_db(transaction=True)
class TestRaces:
    """Each on connections of their own, side by side."""

    def test_an_end_does_not_wait_for_a_parent_that_is_locked(self, family):
        parent, other = family()
        with transaction.atomic():
            Execution.objects.select_for_update().get(pk=parent.pk)
            race(lambda: drain(LATER))

        other.refresh_from_db()
        assert (other.status, told(parent)[0]) == ("succeeded", "waiting")
        SettleChildren().drain(LATER)
        drain(LATER)
        assert told(parent) == ("succeeded", "succeeded")

    @pytest.mark.parametrize("trial", range(5))
    def test_a_cancel_and_the_end_of_the_child_do_not_block_each_other(
        self, family, trial
    ):
        parent, other = family()

        race(lambda: services.cancel(parent, LATER), lambda: drain(LATER))
        SettleChildren().drain(LATER)
        drain(LATER)

        other.refresh_from_db()
        assert told(parent)[0] == "cancelled"
        assert other.status in {"succeeded", "cancelled"}
        assert not Child.objects.exclude(state=None).exists()

    def test_of_many_who_find_the_end_one_tells(self, family, distracted):
        parent, _other = family()
        drain(LATER)
        distracted()

        found = race(*[lambda: SettleChildren().drain(LATER)] * 3)
        drain(LATER)

        assert sum(found) >= 1
        assert told(parent) == ("succeeded", "succeeded")
        assert parent.job_count == 1
