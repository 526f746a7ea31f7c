"""Executions inside the bodies of loops: committed, reloaded, stopped in the middle."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.conftest import NOW, drain
from tests.handlers.nodes.test_loop import ended, loop, results
from tests.nodes import Outside, node
from workflows import services
from workflows.engine import Drain, drain as draining, inline
from workflows.engine.claims import claim, release_all
from workflows.engine.drain import _loaded
from workflows.engine.history import jobs_of
from workflows.models import Category, Execution, Job

LATER = NOW + timedelta(minutes=1)


class Killed(BaseException):
    """What a test ends a worker with."""


@pytest.fixture
def impatient(monkeypatch):
    """Commit after each node."""
    monkeypatch.setattr(draining, "GROUP_TIME", 0)


def start(version, values=None):
    return services.run_manually(version, values or {}, NOW)


def finish(execution, now=NOW):
    """Run all to the end, waits included."""
    for _ in range(20):
        drain(now)
        execution.refresh_from_db()
        if execution.is_final:
            return
        now = execution.due_at or now


def after(calls, action):
    """Answer no some times, and then what the action says."""
    count = iter(range(1, 10**9))

    def answer():
        return action() if next(count) >= calls else False

    return answer


def kill():
    raise Killed


def kill_after(calls, owner=77):
    """Let a worker ask so often whether to stop, and die without a word."""
    with pytest.raises(Killed):
        Drain(owner, lambda: NOW, halted=after(calls, kill)).run()
    release_all(owner, NOW)


def test_a_wait_in_a_body_keeps_item_results_and_what_was_before(make_version, run):
    value = "{{ nodes.first ~ nodes.a ~ loop.item ~ loop.index ~ loop.length }}"
    body = [node("echo", "{{ loop.item }}", "a"), node("pause"), node("echo", value)]

    execution = run(make_version(node("echo", 7, "first"), loop(["x", "y"], body)))

    assert (execution.status, execution.position) == ("waiting", "pause")
    finish(execution)
    assert results(execution, "echo") == ["7xx02", "7yy12"]


def test_the_stored_frame_says_where_it_is(make_version, run):
    execution = run(make_version(loop(["x", "y"], [node("pause")])))

    state = {"failed": 0, "until": None}
    frame = {"key": "loop", "job": 1, "index": 0, "item": "x", "length": 2}
    assert execution.frames == [{**frame, "state": state}]


def test_nothing_is_stored_outside_of_bodies(make_version, run):
    finished = run(make_version(loop(2)))
    waiting = run(make_version(loop(2), node("pause")))

    assert (finished.frames, waiting.frames) == (None, None)


def test_what_a_loop_goes_over_is_fixed_at_its_start(make_version, run):
    before = node("echo", [1, 2], "things")
    items = "{{ [now] if nodes.things else [] }}"
    version = make_version(
        before, loop(items, [node("pause"), node("echo", "{{ loop.item }}", "a")])
    )

    execution = run(version)
    finish(execution)

    assert results(execution) == [NOW]


def test_waits_in_inner_loops_come_back_to_their_round(make_version, run):
    value = "{{ loop.parent.item ~ loop.item }}"
    inner = loop(["x", "y"], [node("pause"), node("echo", value, "a")], "inner")

    execution = run(make_version(loop(["1", "2"], [inner])))
    finish(execution)

    assert results(execution) == ["1x", "1y", "2x", "2y"]
    assert (execution.status, execution.frames) == ("succeeded", None)


def test_calls_outside_in_a_body_have_a_key_for_each_round(make_version, run):
    body = [node("outside", "{{ loop.item }}", "a")]

    execution = run(make_version(loop(["x", "y"], body)))

    assert results(execution) == ["x", "y"]
    keys = [asked.idempotency_key for asked in Outside.asked]
    assert keys == [f"{execution.pk}-a-2", f"{execution.pk}-a-3"]


def test_a_call_that_died_in_a_round_is_made_again_with_its_key(make_version):
    execution = start(
        make_version(loop(["x", "y"], [node("outside", "{{ loop.item }}", "a")]))
    )
    worker = Drain(77, lambda: NOW)
    worker._advance_all(worker._take([]))
    Outside.asked.clear()
    release_all(77, NOW)

    finish(execution)

    assert [(run.config["value"], run.attempt) for run in Outside.asked] == [
        ("x", 2),
        ("y", 1),
    ]
    assert results(execution) == ["x", "y"]


@pytest.mark.parametrize("calls", [1, 2, 3, 4, 7, 10, 13])
def test_a_kill_in_the_middle_doubles_and_loses_nothing(make_version, impatient, calls):
    body = [node("write", "{{ loop.item }}", "a"), node("echo", "{{ nodes.a }}", "b")]
    execution = start(make_version(node("echo", 1), loop(["x", "y", "z"], body)))

    kill_after(calls)
    finish(execution)

    assert (execution.status, results(execution, "b")) == ("succeeded", ["x", "y", "z"])
    assert sorted(Category.objects.values_list("name", flat=True)) == ["x", "y", "z"]
    numbers = execution.jobs.order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, 9))


def test_kills_between_which_it_gets_on_do_not_park_it(make_version, impatient):
    execution = start(make_version(loop(30)))

    for _ in range(6):
        kill_after(8)
    finish(execution)

    assert execution.status == "succeeded"
    assert results(execution) == list(range(30))


def test_a_stop_in_the_middle_hands_it_back_where_it_is(make_version):
    execution = start(make_version(loop(5)))
    halted = after(4, lambda: True)

    Drain(77, lambda: NOW, halted=halted).run()

    execution.refresh_from_db()
    assert (execution.status, execution.owner) == ("queued", None)
    assert results(execution) == [0]
    finish(execution)
    assert results(execution) == [0, 1, 2, 3, 4]


def test_a_timeout_in_the_middle_ends_it(make_version):
    execution = start(make_version(loop(10_000), options={"timeout": 60}))
    seconds = iter(range(10**9))

    Drain(77, lambda: NOW + timedelta(seconds=next(seconds))).run()

    execution.refresh_from_db()
    assert execution.status == "timed_out"
    assert execution.jobs.count() < 60
    assert execution.jobs.get(node_key="loop").status == "cancelled"
    assert [frame["key"] for frame in execution.frames] == ["loop"]


def test_a_cancel_in_the_middle_ends_it(make_version, impatient, monkeypatch):
    execution = start(
        make_version(loop(1_000, [node("write", "{{ loop.item }}", "a")]))
    )
    worker = Drain(77, lambda: NOW)
    still_going, steps = worker._still_going, iter(range(10**9))

    def cancelling(**values):
        if next(steps) == 5:
            services.cancel(execution, NOW)
        return still_going(**values)

    monkeypatch.setattr(worker, "_still_going", cancelling)
    worker.run()

    execution.refresh_from_db()
    assert execution.status == "cancelled"
    assert Category.objects.count() == len(results(execution)) < 5
    assert execution.jobs.get(node_key="loop").status == "cancelled"


def test_a_cancel_while_a_body_waits_closes_the_loop(make_version, run):
    execution = run(make_version(loop(3, [node("pause")])))

    services.cancel(execution, NOW)

    assert set(execution.jobs.values_list("status", flat=True)) == {"cancelled"}


def test_a_slice_that_ends_lets_others_go_on(make_version, impatient, settings):
    settings.WORKFLOWS = {"TIME_SLICE": 0.001}
    execution = start(make_version(loop(50)))

    turns = 0
    while not execution.is_final:
        drain()
        execution.refresh_from_db()
        turns += 1

    assert turns > 1
    assert results(execution) == list(range(50))


def test_executions_that_loop_take_turns(make_version, impatient):
    version = make_version(loop(10))
    first, second = start(version), start(version)

    with inline(lambda: NOW) as worker:
        worker._advance_all(worker._take([]))
        worker._advance_all(worker._still_going(goes_on=True))
    worked_on = [each.jobs.count() for each in (first, second)]

    assert min(worked_on) >= 1


def test_ten_thousand_rounds_are_many_short_transactions(make_version, monkeypatch):
    execution = start(make_version(loop(10_000)))
    held = []
    commit = Drain._commit

    def watched(self, left, group, **options):
        run = group[0]
        commit(self, left, group, **options)
        held.append((len(run.new_jobs), len(run.stored)))

    monkeypatch.setattr(Drain, "_commit", watched)
    with CaptureQueriesContext(connection) as queries, inline(lambda: NOW) as worker:
        while not execution.is_final:
            worker.run()
            execution.refresh_from_db()

    assert execution.status == "succeeded"
    assert execution.jobs.count() == 10_001
    assert len(held) > 5
    assert max(stored for _new, stored in held) <= 1
    assert len(queries) < 12 * len(held) + 50


def test_a_reload_reads_the_latest_job_of_each_node(make_version):
    execution = start(make_version(node("echo", 1), loop(50), node("pause")))
    drain()

    execution.refresh_from_db()
    [read] = jobs_of([execution.pk], many=[execution.pk]).values()

    assert sorted((job.node_key, job.status) for job in read) == [
        ("a", "succeeded"),
        ("echo", "succeeded"),
        ("loop", "succeeded"),
        ("pause", "waiting"),
    ]
    assert next(job.result for job in read if job.node_key == "a") == 49


def test_a_reload_of_some_that_loop_and_some_that_do_not(make_version):
    looping, plain = (
        start(make_version(loop(9), node("pause"))),
        start(make_version(node("pause"))),
    )
    drain()

    rows = claim(77, LATER, 10, [looping.pk, plain.pk])
    runs = _loaded(rows, LATER)

    found = {run.execution.pk: (run.results, run.open_job.node_key) for run in runs}
    assert found[looping.pk] == ({"a": 8, "loop": ended(looping)}, "pause")
    assert found[plain.pk] == ({}, "pause")


def test_a_long_line_of_nodes_is_committed_in_the_middle_too(make_version, impatient):
    execution = start(make_version(*(node("echo", n, f"e{n}") for n in range(9))))

    with inline(lambda: NOW) as worker:
        worker._advance_all(worker._take([]))

    execution.refresh_from_db()
    assert (execution.status, execution.jobs.count()) == ("running", 1)


def test_an_item_that_is_too_large_is_refused_with_a_sentence(
    make_version, run, settings
):
    settings.WORKFLOWS = {"RESULT_LIMIT": 100}

    execution = run(make_version(loop(["x" * 200])))

    assert "The item of a round has" in execution.reason
    assert execution.jobs.get().status == "error"


def test_rounds_are_shown_with_their_jobs(make_version, run, admin_client):
    execution = run(make_version(loop(2)))

    page = admin_client.get(f"/admin/workflows/execution/{execution.pk}/change/")

    assert '<span class="wf-tag" dir="ltr">2</span>' in page.content.decode()
    assert Job.objects.filter(round="2").count() == 1
    assert Execution.objects.get().status == "succeeded"


@pytest.mark.parametrize("group_time", [0, 60])
def test_rounds_that_raise_leave_no_effect_and_take_none(
    make_version, run, monkeypatch, group_time
):
    monkeypatch.setattr(draining, "GROUP_TIME", group_time)
    names = ["one", "bad", "two", "bad again", "three"]
    body = [node("write", "{{ loop.item }}", "a")]

    execution = run(make_version(loop(names, body, on_error="continue")))

    assert ended(execution) == {"rounds": 5, "failed": 2, "stopped": ""}
    written = Category.objects.values_list("name", flat=True)
    assert sorted(written) == ["one", "three", "two"]
    assert execution.jobs.filter(node_key="a", status="error").count() == 2
