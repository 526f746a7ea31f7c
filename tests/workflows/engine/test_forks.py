"""Branches that run side by side, in whatever order they wait, call, fail and end."""

import threading
from datetime import timedelta

import pytest

from tests.conftest import NOW, drain
from tests.nodes import Echo, node
from workflows import registry, services
from workflows.contracts import Effect, Fork, Succeeded, Waiting
from workflows.engine import Drain, register
from workflows.models import Category, Child, Execution, Worker

MINUTE = timedelta(minutes=1)


class Split(Echo):
    """Runs branches a, b and c; what is done when is its value, as `Parallel` says."""

    type = "split"
    forks = True
    branches = {"a": "A", "b": "B", "c": "C"}

    def run(self, run):
        return Fork(("a", "b", "c")[: run.config["count"] or 2])

    def after_branch(self, run):
        end, mode = run.branches[run.branch], run.config["value"]
        if mode == "first":
            return Succeeded(run.branch)
        if not end.succeeded and mode != "settled":
            return None
        if None in run.branches.values():
            return Waiting()
        return Succeeded({name: end.result for name, end in run.branches.items()})


class Sleep(Echo):
    """Waits so many minutes."""

    type = "sleep"
    waits = True

    def run(self, run):
        return Waiting(run.now + run.config["value"] * MINUTE, "slept")


class Meet(Echo):
    """Calls outside, and comes back when so many have come."""

    type = "meet"
    effect = Effect.OUTSIDE
    changed = threading.Condition()
    present = 0

    def run(self, run):
        Meet.come()
        with self.changed:
            wanted = run.config["value"]
            assert self.changed.wait_for(lambda: Meet.present >= wanted, timeout=10)
        return Succeeded("met")

    @classmethod
    def come(cls):
        with cls.changed:
            Meet.present += 1
            cls.changed.notify_all()


class Come(Echo):
    """Comes to the meeting, without leaving the worker."""

    type = "come"

    def run(self, run):
        Meet.come()
        return Succeeded()


@pytest.fixture
def meeting():
    Meet.present = 0
    with (
        registry.nodes.temporarily("meet", Meet()),
        registry.nodes.temporarily("come", Come()),
    ):
        yield


@pytest.fixture(autouse=True)
def splitting(nodes):
    with (
        registry.nodes.temporarily("split", Split()),
        registry.nodes.temporarily("sleep", Sleep()),
    ):
        yield


def split(mode=None, key="split", **branches):
    config = {"count": len(branches)}
    values = {"config": {"value": mode, **config}, "branches": branches}
    return {"key": key, "type": "split", **values}


def jobs(execution):
    execution.refresh_from_db()
    rows = execution.jobs.order_by("number").values_list("node_key", "status")
    return dict(rows)


def order(execution):
    return [*execution.jobs.order_by("number").values_list("node_key", flat=True)]


def result(execution, key="split"):
    return execution.jobs.get(node_key=key).result


def worker(now=NOW, threads=0):
    row = register(Worker.Kind.WORKER, now, lease=timedelta(minutes=3))
    return Drain(row.pk, lambda: now, threads=threads)


# What branches are to each other.


def test_all_branches_run_and_then_what_follows(make_version, run):
    first = split(
        a=[node("echo", 1, "x"), node("echo", 2, "y")], b=[node("echo", 3, "z")]
    )

    execution = run(make_version(first, node("echo", "{{ nodes.y + nodes.z }}", "sum")))

    assert execution.status == "succeeded"
    assert result(execution) == {"a": 2, "b": 3}
    assert result(execution, "sum") == 5


def test_a_branch_sees_what_came_before(make_version, run):
    first = split(a=[node("echo", "{{ nodes.start * 2 }}", "x")], b=[])

    execution = run(make_version(node("echo", 4, "start"), first))

    assert result(execution, "x") == 8


def test_a_branch_does_not_see_its_neighbour(make_version):
    first = split(a=[node("echo", 1, "x")], b=[node("echo", "{{ nodes.x }}", "y")])

    [problem] = services.problems_of(make_version(first))

    assert (problem.node, problem.field) == ("y", "value")


def test_branches_without_nodes_have_ended_at_once(make_version, run):
    execution = run(make_version(split(a=[], b=[]), node("echo", 1)))

    assert order(execution) == ["split", "echo"]
    assert result(execution) == {"a": None, "b": None}


def test_branches_wait_at_the_same_time(make_version, run):
    first = split(a=[node("sleep", 2, "x")], b=[node("sleep", 3, "y")])
    execution = run(make_version(first))
    assert (execution.status, execution.due_at) == ("waiting", NOW + 2 * MINUTE)

    drain(NOW + 2 * MINUTE)
    assert jobs(execution) == {"split": "running", "x": "succeeded", "y": "waiting"}
    assert execution.due_at == NOW + 3 * MINUTE

    drain(NOW + 3 * MINUTE)
    assert result(execution) == {"a": "slept", "b": "slept"}


def test_what_waits_does_not_hold_up_its_neighbour(make_version, run):
    first = split(a=[node("pause", "for ever")], b=[node("echo", 1, "y")])

    assert jobs(run(make_version(first))) == {
        "split": "running",
        "pause": "waiting",
        "y": "succeeded",
    }


def test_branches_call_outside_at_the_same_time(make_version, meeting):
    first = split(a=[node("meet", 2, "x")], b=[node("meet", 2, "y")])
    execution = services.run_manually(make_version(first), {}, NOW)

    worker(threads=2).run()

    assert set(jobs(execution).values()) == {"succeeded"}


def test_a_wait_ends_while_a_neighbour_calls_outside(make_version, meeting):
    """The call comes back when the other branch has come to its end."""
    first = split(a=[node("meet", 2, "x")], b=[node("sleep", 0, "y"), node("come")])
    execution = services.run_manually(make_version(first), {}, NOW)

    worker(threads=1).run()

    assert set(jobs(execution).values()) == {"succeeded"}


def test_replies_reach_the_branch_that_waits_for_them(make_version, run):
    waits = split(
        a=[node("pause", "for ever", "x")], b=[node("pause", "for ever", "y")]
    )
    execution = run(make_version(waits))
    numbers = dict(execution.jobs.values_list("node_key", "number"))

    services.resume(execution.pk, numbers["y"], "for y", NOW)
    drain()
    assert jobs(execution) == {"split": "running", "x": "waiting", "y": "succeeded"}
    services.resume(execution.pk, numbers["x"], "for x", NOW)
    drain()

    assert result(execution) == {"a": "for x", "b": "for y"}


def test_a_reply_while_another_branch_is_worked_on_is_heard(make_version, run):
    waits = split(a=[node("pause", "for ever", "x")], b=[node("sleep", 1, "y")])
    execution = run(make_version(waits))
    busy = worker(NOW + MINUTE)
    claimed = busy._take([])
    services.resume(execution.pk, 2, "meanwhile", NOW)

    busy._advance_all(claimed)
    busy.run()

    assert result(execution) == {"a": "meanwhile", "b": "slept"}


# How they fail, and what becomes of the others.


@pytest.mark.parametrize(
    ("failing", "status"), [("refuse", "failed"), ("boom", "error")]
)
def test_a_failure_may_be_that_of_the_fork(make_version, run, failing, status):
    first = split(a=[node("pause", "for ever")], b=[node(failing)])

    execution = run(make_version(first, node("echo", 1)))

    assert execution.status == status
    assert execution.reason.startswith(f"split: {failing}: ")
    assert jobs(execution) == {"split": status, "pause": "cancelled", failing: status}


def test_a_failure_may_be_one_of_the_results(make_version, run):
    first = split("settled", a=[node("refuse")], b=[node("echo", 1)])

    execution = run(make_version(first))

    assert (execution.status, result(execution)) == ("succeeded", {"a": None, "b": 1})


def test_what_a_decision_makes_useless_is_cancelled(make_version, run):
    slow = [node("pause", "for ever"), node("echo", 1, "never")]
    first = split("first", a=slow, b=[node("echo", 2, "y")])

    execution = run(make_version(first, node("echo", 3, "after")))

    assert (execution.status, result(execution)) == ("succeeded", "b")
    assert jobs(execution)["pause"] == "cancelled"
    assert order(execution)[-1] == "after"


def test_the_answer_of_a_cancelled_call_is_dropped(make_version, meeting):
    first = split("first", a=[node("meet", 2, "x")], b=[node("sleep", 0, "y")])
    version = make_version(first, node("come"), node("pause", "for ever"))
    execution = services.run_manually(version, {}, NOW)

    worker(threads=1).run()

    assert jobs(execution) == {
        "split": "succeeded",
        "x": "cancelled",
        "y": "succeeded",
        "come": "succeeded",
        "pause": "waiting",
    }


def test_a_sub_workflow_of_a_cancelled_branch_is_given_up(make_version, run):
    other = make_version(node("pause", "for ever"), title="Other")
    services.enable(other, NOW)
    config = {"workflow": other.workflow_id}
    sub = {"key": "sub", "type": "subworkflow", "config": config}
    run(make_version(split("first", a=[sub], b=[node("sleep", 1, "y")])))

    drain(NOW + MINUTE)
    services.end_orphans(NOW + MINUTE)

    assert Execution.objects.get(workflow__title="Other").status == "cancelled"
    assert not Child.objects.exclude(state=None).exists()


def test_an_end_inside_a_branch_ends_everything(make_version, run):
    first = split(a=[node("pause", "for ever")], b=[node("stop")])

    execution = run(make_version(first, node("echo", 1)))

    assert (execution.status, execution.reason) == ("succeeded", "enough")
    assert jobs(execution) == {
        "split": "cancelled",
        "pause": "cancelled",
        "stop": "succeeded",
    }
    assert execution.frames is None


def test_a_cancel_closes_all_branches(make_version, run):
    waits = split(
        a=[node("pause", "for ever", "x")], b=[node("pause", "for ever", "y")]
    )
    execution = run(make_version(waits))

    services.cancel(execution, NOW)

    assert set(jobs(execution).values()) == {"cancelled"}


@pytest.mark.parametrize("by_poller", [True, False])
def test_a_timeout_closes_all_branches(make_version, run, by_poller):
    waits = split(a=[node("pause", "for ever", "x")], b=[node("sleep", 5, "y")])
    execution = run(make_version(waits, options={"timeout": 60}))

    if by_poller:
        services.expire(NOW + 5 * MINUTE)
    else:
        drain(NOW + 5 * MINUTE)

    assert set(jobs(execution).values()) == {"cancelled"}
    assert execution.status == "timed_out"


def test_a_fork_has_a_time_limit_of_its_own(make_version, run):
    first = split(a=[node("pause", "for ever", "x")], b=[node("echo", 1, "y")])
    first |= {"timeout": 60, "on_error": "continue"}
    execution = run(make_version(first, node("echo", 2, "after")))
    assert execution.due_at == NOW + MINUTE

    drain(NOW + MINUTE)

    assert jobs(execution)["x"] == "cancelled"
    assert (execution.status, order(execution)[-1]) == ("succeeded", "after")
    assert result(execution)["error"]["type"] == "TimedOut"


def test_a_fork_that_failed_is_tried_again_as_a_whole(make_version, run):
    first = split(a=[node("refuse")], b=[node("echo", 1)])
    first["retry"] = {"attempts": 2, "first": 60}
    execution = run(make_version(first))
    assert execution.status == "waiting"

    drain(NOW + MINUTE)

    execution.refresh_from_db()
    assert execution.status == "failed"
    assert order(execution).count("refuse") == 2


def test_a_node_in_a_branch_is_tried_again(make_version, run):
    refuse = node("refuse", retry={"attempts": 2, "first": 60})
    first = split("settled", a=[refuse], b=[node("sleep", 5, "y")])
    execution = run(make_version(first))
    assert execution.due_at == NOW + MINUTE

    drain(NOW + MINUTE)

    assert execution.jobs.get(node_key="refuse").attempt == 2
    assert jobs(execution)["refuse"] == "failed"


def test_an_undecided_fork_is_an_error(make_version, run):
    class Dreamer(Split):
        type = "dreamer"

        def after_branch(self, run):
            return Waiting()

    with registry.nodes.temporarily("dreamer", Dreamer()):
        execution = run(make_version({**split(a=[], b=[]), "type": "dreamer"}))

    assert "must answer what their ends mean" in execution.reason


# Inside of each other.


def test_a_fork_in_each_round_of_a_loop(make_version, run):
    inner = split(a=[node("sleep", 1, "x")], b=[node("echo", "{{ loop.item }}", "y")])
    loop = {"key": "loop", "type": "loop", "config": {"items": [7, 8]}}
    execution = run(make_version({**loop, "branches": {"body": [inner]}}))

    drain(NOW + MINUTE)
    drain(NOW + 2 * MINUTE)

    execution.refresh_from_db()
    assert execution.status == "succeeded"
    rounds = execution.jobs.filter(node_key="split").order_by("number")
    assert [job.result["b"] for job in rounds] == [7, 8]
    assert [job.round for job in rounds] == ["1", "2"]


def test_jobs_say_in_which_rounds_and_branches_they_ran(make_version, run):
    body = {"body": [node("echo", 1, "x")]}
    inner = {"key": "inner", "type": "loop", "config": {"items": 2}, "branches": body}
    each = split(a=[inner], b=[node("echo", 2, "y")])
    outer = {"key": "outer", "type": "loop", "config": {"items": 2}}

    execution = run(make_version({**outer, "branches": {"body": [each]}}))

    placed = execution.jobs.order_by("number").values_list("node_key", "round")
    assert sorted(place for key, place in placed if key in "xy") == [
        *("1.a.1", "1.a.2", "1.b"),
        *("2.a.1", "2.a.2", "2.b"),
    ]
    assert [job.is_in_branch for job in execution.jobs.filter(node_key="split")] == [
        False,
        False,
    ]
    assert execution.jobs.filter(node_key="y").first().is_in_branch


def test_loops_in_branches_wait_each_for_itself(make_version, run):
    def counting(key, minutes):
        body = {"body": [node("sleep", minutes, f"in_{key}")]}
        loop = {"key": key, "type": "loop", "config": {"items": 2}}
        return {**loop, "branches": body}

    first = split(a=[counting("fast", 1)], b=[counting("slow", 3)])
    execution = run(make_version(first))
    for minutes in range(1, 7):
        drain(NOW + minutes * MINUTE)

    execution.refresh_from_db()
    assert execution.status == "succeeded"
    assert result(execution)["b"] == {"rounds": 2, "failed": 0, "stopped": ""}
    assert execution.finished_at == NOW + 6 * MINUTE


def test_a_fork_in_a_branch(make_version, run):
    inner = split(key="inner", a=[node("sleep", 1, "x")], b=[node("echo", 5, "y")])
    outer = split(
        a=[inner, node("echo", "{{ nodes.y }}", "z")], b=[node("sleep", 2, "w")]
    )
    execution = run(make_version(outer))

    drain(NOW + MINUTE)
    drain(NOW + 2 * MINUTE)

    execution.refresh_from_db()
    assert execution.status == "succeeded"
    assert result(execution) == {"a": 5, "b": "slept"}


def test_cancelling_a_branch_cancels_what_is_inside_of_it(make_version, run):
    inner = split(key="inner", a=[node("pause", "for ever", "x")], b=[])
    first = split("first", a=[inner], b=[node("sleep", 1, "y")])
    execution = run(make_version(first))

    drain(NOW + MINUTE)

    assert jobs(execution)["inner"] == jobs(execution)["x"] == "cancelled"


def test_a_failed_branch_in_a_loop_that_goes_on(make_version, run):
    inner = split(a=[node("refuse")], b=[node("pause", "for ever")])
    config = {"items": 2, "on_error": "continue"}
    loop = {"key": "loop", "type": "loop", "config": config}

    execution = run(make_version({**loop, "branches": {"body": [inner]}}))

    assert execution.status == "succeeded"
    assert result(execution, "loop") == {"rounds": 2, "failed": 2, "stopped": ""}


# Whatever happens to the worker.


def test_database_nodes_in_branches_act_once_although_the_group_is_repeated(
    make_version, run
):
    first = split(a=[node("write", "one", "x")], b=[node("write", "bad", "y")])
    execution = run(make_version(first))

    assert execution.status == "error"
    assert [*Category.objects.values_list("name", flat=True)] == ["one"]


def test_a_worker_that_dies_is_followed_in_all_branches(make_version, run):
    first = split(
        a=[node("write", "one", "w"), node("sleep", 1, "x")],
        b=[node("outside", 1, "y"), node("sleep", 1, "z")],
    )
    execution = services.run_manually(make_version(first), {}, NOW)
    dying = worker()
    dying.calls.submit = lambda run: None
    dying._advance_all(dying._take([]))
    Worker.objects.update(lease_until=NOW)
    services.requeue_dead(NOW)

    drain(NOW)
    drain(NOW + MINUTE)

    assert set(jobs(execution).values()) == {"succeeded"}
    assert Category.objects.count() == 1
    assert execution.jobs.get(node_key="y").attempt == 2


def test_a_worker_that_stops_keeps_the_calls_and_hands_the_rest_back(make_version):
    first = split(a=[node("outside", 1, "x"), node("echo", 2, "later")], b=[Z])
    execution = services.run_manually(make_version(first), {}, NOW)
    stopping = worker()
    stopping._advance_all(stopping._take([]))
    stopping.halted = lambda: True
    stopping._run([], only=False)

    assert jobs(execution) == {"split": "running", "x": "succeeded", "z": "succeeded"}
    assert execution.status == "queued"
    drain()
    assert jobs(execution)["later"] == "succeeded"


def test_a_long_branch_takes_turns_with_the_others(make_version, run, monkeypatch):
    monkeypatch.setattr("workflows.engine.drain.GROUP_TIME", 0)
    first = split(
        a=[node("echo", n, f"a{n}") for n in range(3)],
        b=[node("echo", n, f"b{n}") for n in range(3)],
    )

    execution = run(make_version(first))

    assert execution.status == "succeeded"
    assert order(execution) != ["split", "a0", "a1", "a2", "b0", "b1", "b2"]


Z = node("echo", 1, "z")
