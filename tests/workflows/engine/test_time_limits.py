"""Nodes are held to their time limits, whatever they do meanwhile."""

import threading
from datetime import timedelta
from typing import Any

import pytest

from tests.conftest import NOW, drain
from tests.nodes import Echo, Flaky, FlakyWrite, node, registered
from workflows import services
from workflows.contracts import Effect, Failed, Succeeded, Waiting
from workflows.engine import inline
from workflows.engine.calls import Calls
from workflows.engine.run import Departure
from workflows.models import Category, Execution


def later(seconds):
    return NOW + timedelta(seconds=seconds)


class Clock:
    """A clock that nodes can turn."""

    now = NOW

    def __call__(self):
        return self.now

    def turn(self, seconds):
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock():
    return Clock()


class Slow(Echo):
    """Takes as many seconds as its value says."""

    type = "slow"
    clock = Clock()

    def run(self, run):
        self.clock.turn(run.config["value"])
        return super().run(run)


class SlowWrite(Slow):
    type = "slow_write"
    effect = Effect.DATABASE

    def run(self, run):
        Category.objects.create(name="Slow")
        return super().run(run)


class SlowCall(Slow):
    type = "slow_call"
    effect = Effect.OUTSIDE


class Patient(Echo):
    """Waits for a reply; one that is `bad` is a failure."""

    type = "patient"
    waits = True

    def run(self, run):
        return Waiting(None, "asked")

    def resume(self, run):
        if run.reply is None:
            return Waiting(None, "asked")
        if run.reply.value == "bad":
            return Failed("a bad reply")
        return Succeeded(run.reply.value)


@pytest.fixture
def go(make_version, clock):
    """Run one node to its end or to where it waits."""
    Slow.clock = clock

    def go(kind, value, **options):
        version = make_version(node(kind, value, "it", **options))
        execution = services.run_manually(version, {}, NOW)
        with inline(clock) as worker:
            worker.run()
        execution.refresh_from_db()
        return execution

    with registered(Slow, SlowWrite, SlowCall, Patient):
        yield go


KINDS = ["slow", "slow_write", "slow_call"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_node_that_took_too_long_is_an_error(go, kind):
    execution = go(kind, 31, timeout=30)

    assert execution.status == "error"
    assert "took longer than the 30 seconds" in execution.jobs.get().error


@pytest.mark.parametrize("kind", KINDS)
def test_a_node_may_take_all_of_its_time(go, kind):
    assert go(kind, 30, timeout=30).status == "succeeded"


def test_a_database_node_that_took_too_long_leaves_nothing(go):
    go("slow_write", 31, timeout=30)

    assert not Category.objects.exists()


def test_a_time_limit_may_be_borne(go):
    execution = go("slow_call", 31, timeout=30, on_error="continue")

    error = execution.jobs.get().result["error"]
    assert execution.status == "succeeded"
    assert error["type"] == "TimedOut"


def test_a_node_knows_its_time_limit(make_version, run):
    run(make_version(node("flaky", 1, timeout=2.5)))

    assert Flaky.asked[0].timeout == timedelta(seconds=2.5)


def test_waiting_counts(go):
    execution = go("pause", "for ever", timeout=30)
    assert (execution.status, execution.due_at) == ("waiting", later(30))

    drain(later(30))

    execution.refresh_from_db()
    assert execution.status == "error"
    assert execution.jobs.get().attempt == 1


def test_a_wait_that_ends_before_the_limit_is_not_touched(go):
    execution = go("pause", "x", timeout=61)
    assert execution.due_at == later(60)

    drain(later(3600))

    execution.refresh_from_db()
    assert execution.status == "succeeded"


def test_a_wait_beyond_the_limit_is_cut_short_and_tried_again(go):
    execution = go("pause", "x", timeout=30, retry={"attempts": 2, "first": 10})
    drain(later(30))

    execution.refresh_from_db()
    assert execution.jobs.get().status == "retrying"
    drain(later(40))
    execution.refresh_from_db()
    assert execution.due_at == later(70)


@pytest.mark.parametrize("moment", [29, 31])
def test_a_reply_counts_however_late_a_worker_comes(go, moment):
    execution = go("patient", "x", timeout=30)
    assert services.resume(execution.pk, 1, "answered", later(moment))

    drain(later(300))

    assert execution.jobs.get().result == "answered"


def test_nobody_waits_for_a_reply_after_the_limit(go):
    execution = go("patient", "x", timeout=30)
    drain(later(30))

    assert services.resume(execution.pk, 1, "answered", later(31)) is False


def test_a_bad_reply_is_not_heard_again_by_the_next_try(go):
    execution = go("patient", "x", retry={"attempts": 2, "first": 10})
    services.resume(execution.pk, 1, "bad", later(1))
    drain(later(1))
    assert services.resume(execution.pk, 1, "early", later(2)) is False

    drain(later(11))
    assert execution.jobs.get().status == "waiting"
    services.resume(execution.pk, 1, "good", later(12))
    drain(later(12))

    assert execution.jobs.get().result == "good"


def test_looking_again_does_not_prolong_the_limit(go):
    execution = go("patient", "x", timeout=30)
    Execution.objects.filter(pk=execution.pk).update(due_at=later(20))
    drain(later(20))

    execution.refresh_from_db()
    assert execution.due_at == later(30)


def test_a_cancelled_wait_stays_cancelled(go):
    execution = go("pause", "for ever", timeout=30)
    services.cancel(execution, later(1))

    drain(later(30))

    execution.refresh_from_db()
    assert execution.status == "cancelled"


# Calls in threads.


class Hanging:
    """A run whose call hangs until it is let go."""

    def __init__(self, limit):
        self.calls = [Departure(1, self.call, limit)]
        self.flying, self.answers = set(), {}
        self.begun, self.let_go = threading.Event(), threading.Event()

    def call(self):
        self.begun.set()
        self.let_go.wait(10)
        return "late"


@pytest.fixture
def flying(clock):
    """Give calls with two threads, and runs that hang in both."""
    calls = Calls(2, clock)
    runs: list[Any] = [Hanging(timedelta(seconds=30)) for _ in range(2)]
    for run in runs:
        calls.submit(run)
        assert run.begun.wait(10)
    yield calls, runs
    for run in runs:
        run.let_go.set()


def test_a_call_that_hangs_is_given_up(flying, clock):
    calls, runs = flying
    assert calls.collect(0) == []

    clock.turn(31)

    assert sorted(calls.collect(0), key=id) == sorted(runs, key=id)
    assert all(run.answers[1].type == "TimedOut" for run in runs)
    assert len(calls) == 0


def test_other_calls_get_threads_although_all_hang(flying, clock):
    calls, _runs = flying
    clock.turn(31)
    calls.collect(0)

    other: Any = Hanging(None)
    other.let_go.set()
    calls.submit(other)

    assert calls.collect(10) == [other]
    assert other.answers == {1: "late"}


def test_as_many_hanging_threads_as_there_should_be_are_a_leak(flying, clock):
    calls, runs = flying
    assert not calls.is_leaking
    clock.turn(31)
    calls.collect(0)
    assert calls.is_leaking

    [lost, _other] = calls._lost
    runs[0].let_go.set()
    runs[1].let_go.set()
    lost.result(10)

    assert not calls.is_leaking


def test_time_in_the_queue_does_not_count(flying, clock):
    calls, _runs = flying
    queued: Any = Hanging(timedelta(seconds=300))
    calls.submit(queued)
    clock.turn(301)

    assert queued not in calls.collect(0)


def test_a_node_that_hangs_beyond_its_limit_is_named(make_version, clock, settings):
    settings.WORKFLOWS = {"TIMEOUT_GRACE": 5}
    found = []

    class Nosy(FlakyWrite):
        type = "nosy"

        def run(self, run):
            found.extend(worker.hangs(NOW + timedelta(seconds=n)) for n in (34, 35))
            return super().run(run)

    with registered(Nosy), inline(clock) as worker:
        version = make_version(node("nosy", 1, "it", timeout=30))
        execution = services.run_manually(version, {}, NOW)
        worker.run()

    assert found == ["", f"Execution {execution.pk} at node 'it'"]
