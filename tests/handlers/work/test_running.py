"""The life of a work: states, retries, stops, conditions, what a run records."""

import json
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model

from handlers.actions.aliases import find
from handlers.actions.modules import load
from handlers.work.claims import claim
from handlers.work.hiding import MARK
from handlers.work.models import Work, WorkRun, WorkStep
from handlers.work.sealing import content_of
from handlers.work.starting import (
    NotMoved,
    run_now,
    start_periodic_work,
    start_work,
    stop_work,
    try_again,
)
from handlers.work.states import FINAL, TRANSITIONS, WorkState
from tests.conftest import NOW
from tests.handlers.device import lacks
from tests.handlers.work.conftest import FAILS, WELL, act, states
from tests.handlers.work.test_backoff import SECONDS
from workflows.exceptions import WorkflowError


def minutes(number):
    return NOW + timedelta(minutes=number)


def test_it_runs_once(go):
    work = go(start_work([act("set", "b=@a")], variables={"a": 1}))

    assert (work.state, work.attempts, work.finished_at) == ("succeeded", 1, NOW)
    assert work.output == {"a": "1", "b": "1"}
    assert (work.owner, work.due_at, work.deliveries) == (None, None, 0)
    assert go(work).attempts == 1


def test_without_retry_an_error_is_the_end(go):
    work = go(start_work(FAILS))

    assert (work.state, work.reason) == ("failed", "ValueError: no such article")


def test_retries_keep_to_the_schedule_to_the_twelfth_failure(go, time):
    work = start_work(FAILS, retry=True)
    pauses = []
    for _failure in range(12):
        go(work)
        assert work.state == WorkState.RETRY
        pauses.append((work.due_at - time.now).total_seconds())
        time.forward(seconds=pauses[-1] - 1)
        assert go(work).failures == len(pauses)
        time.forward(seconds=1)

    assert pauses == SECONDS
    assert work.runs.count() == 12


def test_a_retry_that_succeeds_ends_it(go, time):
    work = go(start_work([act("sql", "insert into t values (1)")], retry=True))
    start_work([act("sql", "create table t (a)")])
    go()

    time.forward(seconds=30)

    assert go(work).state == "succeeded"
    assert list(work.runs.values_list("state", flat=True)) == ["failed", "succeeded"]


def test_failures_may_be_limited(go, time, settings):
    settings.WORKS = {**settings.WORKS, "MAX_FAILURES": 2}
    work = go(start_work(FAILS, retry=True))
    time.forward(hours=1)

    assert go(work).state == "failed"


def test_every_attempt_begins_with_the_variables_of_the_starter(go, time):
    start_work([act("set", "a=2"), *FAILS], retry=True, variables={"a": 1})
    go()
    time.forward(hours=1)
    go()

    firsts = WorkStep.objects.filter(number=1).values_list("before", flat=True)
    assert list(firsts) == [{"a": "1"}, {"a": "1"}]


def test_results_and_commands_of_the_starter_are_left_behind(go):
    given = {"ErrorMessage": "x", "SQLParameter": "[]", "speak": "x", "a": "1"}

    assert start_work(WELL, variables=given).stack == {"a": "1"}


def test_steps_are_recorded(go):
    work = go(start_work([act("set", "a=1"), *FAILS, act("set", "toast=hi")]))

    first, second, third = WorkStep.objects.filter(run__work=work)
    assert (first.type, first.method, first.before) == ("set", "a=1", {})
    assert (first.after, first.started_at) == ({"a": "1"}, NOW)
    assert second.error == "ValueError: no such article"
    assert "samples.py" in second.traceback
    assert third.log == "toast: skipped: no UI context\ntoast=hi"


def test_passwords_in_arrays_are_not_recorded(go):
    value = '{"alias":"a","url":"http://x","basic":{"user":"u","password":"s3cret"}}'
    given = {"password": "s3cret", "note": value}
    array = [act("set", f"copy={value};token=s3cret;a=@password"), act("sql", "oops")]

    work = go(start_work(array, variables=given, retry=True))

    rows = [work, *WorkRun.objects.all(), *WorkStep.objects.all()]
    shown = str([vars(row) for row in rows])
    assert work.state == "retry"
    assert "s3cret" in str(content_of(work))
    # A value in a variable that is no secret by its name is one no more.
    assert "s3cret" not in shown.replace("'a': 's3cret'", "")


def test_a_hidden_secret_is_used_nevertheless(go):
    value = (
        '{"alias":"bank","url":"http://127.0.0.1","basic":{"user":"u","password":"p1"}}'
    )

    go(start_work([act("set", f"HTTPAddAlias={value}")]))

    assert find("bank").secret["password"] == "p1"


def test_without_its_key_a_secret_ends_the_work(go, settings):
    work = start_work([act("set", "password=p1")])
    settings.SECRET_KEY = "another"

    assert go(work).reason.startswith("A secret cannot be decrypted")


def test_a_hidden_secret_cannot_be_copied(go):
    with pytest.raises(WorkflowError, match="enter it again"):
        start_work([act("set", f"password={MARK}")])
    with pytest.raises(WorkflowError, match="enter it again"):
        start_work(WELL, variables={"password": MARK})


def test_variables_are_taken_along_whole_or_not_at_all(go, settings):
    settings.WORKS = {**settings.WORKS, "COMMAND_LIMIT": 500_000}
    work = start_work(WELL, variables={"long": "x" * 400_000})

    assert len(work.stack["long"]) == 400_000
    with pytest.raises(WorkflowError, match="more than 500000 characters"):
        start_work(WELL, variables={"long": "x" * 500_000})


def test_an_unreadable_array_is_its_own_fault(go):
    work = start_work(WELL)
    Work.objects.update(body={"work": "oops"})

    assert go(work).state == "failed"
    assert "work is not valid JSON" in work.reason


# Stopping


def test_stop_work_without_a_tag_is_an_error_and_stops_nothing(go):
    waiting = start_work(WELL, conditions="CHARGING")
    lacks("CHARGING")

    work = go(start_work([act("set", "StopWork")]))

    assert "a tag is expected" in work.reason
    assert not Work.objects.get(pk=waiting.pk).is_final


def test_a_work_that_is_stopped_leaves_no_run_open(go):
    start_work(WELL, tag="t")
    claim(1, "host:1", NOW)

    stop_work("t")

    run = WorkRun.objects.get()
    assert (run.state, run.reason) == ("stopped", "stopped by its tag")


@pytest.mark.parametrize("retry", [True, False])
def test_stop_work_cancels_what_waits(go, retry):
    work = start_work(FAILS, tag="t", retry=retry, conditions="CHARGING" * (not retry))
    if retry:
        go()

    assert stop_work("t") == 1
    assert go(work).state == "cancelled"
    assert work.due_at is None


def test_stop_work_hits_all_with_the_tag_and_no_other(go):
    start_work(WELL, tag="t")
    start_work(WELL, tag="t")
    start_work(WELL, tag="other")

    assert stop_work("t") == 2
    go()
    assert states() == ["cancelled", "cancelled", "succeeded"]
    assert (stop_work("t"), stop_work("nobody")) == (0, 0)


def test_a_running_work_stops_before_its_next_handler(go):
    work = go(
        start_work(
            [act("set", "a=1"), act("set", "StopWork=me"), act("set", "b=1")], tag="me"
        )
    )

    assert (work.state, work.output) == ("cancelled", None)
    assert work.runs.get().state == "stopped"
    assert WorkStep.objects.count() == 2


# Conditions


def test_unmet_conditions_hold_it_back_visibly(go, time):
    lacks("CHARGING", "IDLE")
    work = start_work(WELL, conditions="CONNECTED;CHARGING;IDLE")

    go(work)
    assert (work.state, work.attempts) == ("enqueued", 0)
    assert (work.unmet, work.unmet_since) == (["CHARGING", "IDLE"], NOW)
    time.forward(seconds=20)
    lacks("IDLE")
    go(work)
    assert (work.unmet, work.unmet_since) == (["IDLE"], NOW)
    lacks()
    time.forward(seconds=20)
    assert (go(work).state, work.attempts, work.unmet) == ("succeeded", 1, [])


def test_a_condition_that_is_lost_stops_the_run(go, time):
    work = start_work(
        [act("python", "unplugs"), act("set", "b=1")], conditions="CHARGING"
    )

    go(work)
    assert (work.state, work.failures, work.attempts) == ("enqueued", 0, 1)
    assert work.reason == "Stopped: CHARGING was lost."
    lacks()
    time.forward(seconds=20)
    go(work)
    assert list(work.runs.values_list("number", "state")) == [
        (1, "stopped"),
        (2, "stopped"),
    ]


def test_watching_may_be_switched_off(go, settings):
    settings.WORKS = {**settings.WORKS, "WATCH_CONDITIONS": False}
    actions = [act("python", "unplugs"), act("set", "b=1")]

    assert go(start_work(actions, conditions="CHARGING")).state == "succeeded"


def test_a_run_that_takes_too_long_is_queued_again(go, time, monkeypatch):
    monkeypatch.setattr(samples_module(), "PASS", lambda: time.forward(minutes=11))

    work = go(start_work([act("python", "takes_time"), act("set", "b=1")]))

    assert (work.state, work.failures) == ("enqueued", 0)
    assert work.reason == "Stopped: the run took longer than 600 s."
    assert work.due_at == time.now + timedelta(seconds=30)


def samples_module():
    return load("tests.handlers.samples")


# Periodic works


def test_a_periodic_work_runs_again_after_each_end(go, time):
    work = start_periodic_work(WELL, 20, tag="p")

    assert (go(work).state, work.due_at) == ("enqueued", minutes(20))
    time.forward(minutes=19)
    assert go(work).attempts == 1
    time.forward(minutes=60)
    assert (go(work).attempts, work.due_at) == (2, minutes(99))


def test_a_failed_period_waits_for_the_next(go, time):
    work = go(start_periodic_work(FAILS, 15, tag="p"))

    assert (work.state, work.failures) == ("enqueued", 1)
    assert work.due_at == minutes(15)
    assert work.reason == "ValueError: no such article"


def test_a_tag_has_one_schedule(go, time):
    first = go(start_periodic_work(WELL, 15, tag="p"))
    second = start_periodic_work([act("set", "b=2")], 30, tag="p")

    assert second.pk == first.pk
    assert second.due_at == minutes(15)
    time.forward(minutes=15)
    assert go(second).output == {"b": "2"}


def test_periodic_works_without_a_tag_are_many(go):
    start_periodic_work(WELL, 15)
    start_periodic_work(WELL, 15)

    go()
    assert states() == ["enqueued", "enqueued"]


def test_stopped_periodic_works_may_start_again(go):
    start_periodic_work(WELL, 15, tag="p")
    stop_work("p")

    start_periodic_work(WELL, 15, tag="p")

    go()
    assert states() == ["cancelled", "enqueued"]


@pytest.mark.parametrize(
    ("exists", "expected"),
    [
        ("", ["enqueued", "enqueued"]),
        ("keep", ["enqueued"]),
        ("replace", ["cancelled", "enqueued"]),
    ],
)
def test_a_second_work_with_a_tag(works, time, db, exists, expected):
    start_work(WELL, tag="t")
    start_work(WELL, tag="t", exists=exists)

    assert states() == expected


# By hand


def test_run_now_does_not_wait_for_the_pause(go, time):
    work = go(start_work(FAILS, retry=True))

    run_now(work, time.now)

    assert go(work).failures == 2


def test_a_failed_work_may_be_tried_again(go, time):
    work = go(start_work(FAILS))

    try_again(work, time.now)

    assert (go(work).state, work.attempts, work.failures) == ("failed", 2, 1)


@pytest.mark.parametrize("change", [run_now, try_again])
def test_what_has_succeeded_stays_so(go, time, change):
    work = go(start_work(WELL))

    with pytest.raises(NotMoved, match="it is 'Succeeded'"):
        change(work, time.now)


# Works that start works


def test_the_first_example_of_the_document(go, time, works):
    """Load goods by HTTP, insert them, speak: the service is not there yet."""
    go(start_work([act("python", "init")]))
    go(start_work([act("python", "run_request_task_native")]))

    work = Work.objects.get(tag="my_single_task")
    assert (work.retry, work.break_if_error) == (True, True)
    assert work.conditions == ["BATTERY_NOT_LOW", "CHARGING", "CONNECTED"]
    assert (work.state, work.attempts) == ("retry", 1)
    assert WorkStep.objects.filter(run__work=work).count() == 1


@pytest.mark.parametrize(
    ("method", "retry", "conditions"),
    [
        (
            "SetWorkRetryIfFault;SetWorkConditions=CHARGING;StartWork=@w",
            True,
            ["CHARGING"],
        ),
        ("StartWork=@w;SetWorkConditions=CHARGING;", False, ["CHARGING"]),
        (
            "StartWork=@x;SetWorkConditions=CHARGING;SetWorkRetryIfFault",
            False,
            ["IDLE"],
        ),
        ("StartWork=@w", False, []),
    ],
)
def test_companion_commands(go, method, retry, conditions):
    plain = {"work": WELL, "tag": "t"}
    full = {**plain, "retry": False, "conditions": "IDLE"}
    variables = {"w": json.dumps(plain), "x": json.dumps(full)}
    go(start_work([act("set", method)], variables=variables))

    work = Work.objects.get(tag="t")
    assert (work.retry, work.conditions) == (retry, conditions)


def test_companions_are_for_one_start(go):
    value = json.dumps({"work": WELL, "tag": "t"})
    first = act("set", "SetWorkRetryIfFault;StartWork=@w")
    go(start_work([first, act("set", "StartWork=@w")], variables={"w": value}))

    works = Work.objects.filter(tag="t").order_by("pk")
    assert list(works.values_list("retry", flat=True)) == [True, False]


def test_a_work_inherits_database_variables_and_user(go, db):
    ann = get_user_model().objects.create(username="ann")
    value = json.dumps({"work": WELL, "tag": "t"})
    method = "SQLConnectDatabase=shop;a=5;StartWork=@w"
    go(start_work([act("set", method)], variables={"w": value}, user=ann))

    work = Work.objects.get(tag="t")
    assert (work.database, work.stack["a"], work.started_by) == ("shop", "5", ann)


def test_a_refused_start_is_the_error_of_the_run(go):
    work = go(start_work([act("set", 'StartWork={"work": []}')]))

    assert (work.state, Work.objects.count()) == ("failed", 1)
    assert "'work' is empty" in work.reason


def test_existing_modules_download(go):
    go(start_work([act("python", "downloads")]))

    assert Work.objects.get(kind="download").tag == "a.bin"


def test_an_unknown_key_is_refused(works, db):
    with pytest.raises(WorkflowError, match="no key 'prio'"):
        start_work(WELL, prio=1)


# States


def test_every_move_goes_by_the_table(works, db, time):
    for source in WorkState:
        for target in WorkState:
            work = start_work(WELL)
            Work.objects.filter(pk=work.pk).update(state=source)

            moved = Work.objects.filter(pk=work.pk).move(target)

            assert bool(moved) is (target in TRANSITIONS[source])


def test_only_failed_works_have_a_way_back():
    assert {s for s in FINAL if TRANSITIONS[s]} == {WorkState.FAILED}


def test_runs_go_with_their_work(go):
    work = go(start_work(WELL))

    work.delete()

    assert not WorkRun.objects.exists()


def test_runprogress_shows_what_is_under_way(go, monkeypatch):
    seen = []
    work = start_work([act("python", "takes_time", action="runprogress")])
    monkeypatch.setattr(
        load("tests.handlers.samples"),
        "PASS",
        lambda: seen.append(Work.objects.get().progress),
    )

    go(work)

    assert seen == [{"doing": "python takes_time"}]
    assert (work.state, work.progress) == ("succeeded", None)
