"""Who runs which work: once at a time, counted before, given back by the dead."""

from datetime import timedelta

import pytest
from django.db import OperationalError, transaction

from handlers.actions.modules import load
from handlers.work import crew as crew_module
from handlers.work.claims import abandoned, claim, give_back, ours
from handlers.work.crew import Crew
from handlers.work.models import Work, WorkRun
from handlers.work.pollers import RequeueWorks, WakeWorks
from handlers.work.running import run
from handlers.work.starting import start_work, stop_work
from tests.conftest import NOW
from tests.handlers.work.conftest import WELL, a_worker, act
from tests.racing import cannot_race, race
from workflows.contracts import Hands
from workflows.models import Worker

pytestmark = pytest.mark.usefixtures("works", "db", "time")


def take(now=NOW, owner=1, ids=()):
    return taken(now, owner, ids)[0]


def taken(now=NOW, owner=1, ids=()):
    return claim(owner, "host:1", now, ids) or (None, None)


def test_a_claim_counts_before_anything_runs():
    start_work(WELL)

    work = take()

    work.refresh_from_db()
    assert (work.state, work.attempts, work.deliveries) == ("running", 1, 1)
    assert (work.owner, work.token, work.due_at) == (1, 1, None)
    assert take() is None


def test_wanted_works_come_first_but_not_alone():
    first, second = start_work(WELL), start_work(WELL)

    assert [take(ids=[second.pk]), take(ids=[second.pk]), take()] == [
        second,
        first,
        None,
    ]


def test_what_is_not_due_is_not_taken():
    start_work(WELL)
    Work.objects.update(due_at=NOW + timedelta(seconds=1))

    assert take() is None
    assert take(NOW + timedelta(seconds=1))


def test_a_work_that_kills_its_workers_is_parked():
    start_work(WELL, tag="bad")
    now = NOW
    for _death in range(3):
        assert take(now)
        give_back(Work.objects.all(), now, "Its worker died.")
        now += timedelta(hours=1)

    assert take(now) is None
    work = Work.objects.get()
    assert (work.state, work.reason) == ("failed", "It killed its worker 3 times.")


def test_a_second_death_costs_a_pause():
    start_work(WELL)
    for now in (NOW, NOW):
        take(now)
        give_back(Work.objects.all(), now, "died")

    assert Work.objects.get().due_at == NOW + timedelta(seconds=30)


def test_works_of_the_dead_are_queued_again():
    dead, alive, silent = a_worker("a"), a_worker("b"), a_worker("c", timedelta(0))
    for owner in (dead.pk, alive.pk, silent.pk):
        start_work(WELL)
        take(owner=owner)
    dead.delete()

    moved = RequeueWorks().poll(NOW)

    assert moved == 2
    states = Work.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["enqueued", "running", "enqueued"]
    assert list(WorkRun.objects.values_list("state", flat=True)) == [
        "lost",
        "running",
        "lost",
    ]


def test_requeueing_has_its_period():
    poller = RequeueWorks()

    assert poller.due(NOW) is None
    start_work(WELL)
    take()
    assert (poller.poll(NOW), poller.poll(NOW)) == (1, 0)
    take()
    assert poller.due(NOW) == NOW + timedelta(seconds=1)


def test_a_worker_that_lost_its_claim_writes_nothing(time):
    start_work(WELL)
    work, this = taken()
    give_back(abandoned(NOW), NOW, "Its worker died.")
    take(owner=2)
    time.forward(seconds=1)

    run(work, this, time, threads=False)

    stored = Work.objects.get()
    assert (stored.state, stored.owner, stored.output) == ("running", 2, None)
    assert list(WorkRun.objects.values_list("state", flat=True)) == ["lost", "running"]
    assert not ours(work).exists()


def test_a_late_result_of_a_cancelled_work_is_dropped(time, monkeypatch):
    start_work([act("python", "takes_time")], tag="t")
    from_module("PASS", lambda: stop_work("t"), monkeypatch)
    work, this = taken()

    run(work, this, time, threads=False)

    stored = Work.objects.get()
    assert (stored.state, stored.output, stored.owner) == ("cancelled", None, 1)
    run_ = WorkRun.objects.get()
    assert (run_.state, run_.reason) == ("stopped", "stopped by its tag")


def from_module(name, value, monkeypatch):

    monkeypatch.setattr(load("tests.handlers.samples"), name, value)


def test_a_worker_that_stops_hands_back_between_handlers(time):
    start_work([act("set", "a=1"), act("set", "b=1")])
    work, this = taken()
    answers = iter([False, True])

    run(work, this, time, halted=lambda: next(answers), threads=False)

    stored = Work.objects.get()
    assert (stored.state, stored.failures, stored.deliveries) == ("enqueued", 0, 0)
    assert stored.reason == "Stopped: its worker was told to stop."


@pytest.fixture
def woken(monkeypatch):
    """Record which works are woken."""
    calls = []

    def wake(name, ids):
        calls.extend(ids)

    monkeypatch.setattr("handlers.work.pollers.wake_lane", wake)
    return calls


def test_due_works_are_woken_once_and_again_after_a_second(woken):
    work, poller = start_work(WELL), WakeWorks()

    for milliseconds in (0, 500, 999, 1000, 2500):
        poller.poll(NOW + timedelta(milliseconds=milliseconds))

    assert woken == [work.pk] * 3


def test_the_waker_knows_when_to_look_next():
    work, poller = start_work(WELL), WakeWorks()

    assert poller.due(NOW) == NOW + timedelta(seconds=1)
    Work.objects.filter(pk=work.pk).update(due_at=NOW + timedelta(hours=1))
    assert poller.due(NOW) == NOW + timedelta(hours=1)
    Work.objects.all().delete()
    assert poller.due(NOW) is None


def test_messages_do_not_pile_up_while_nobody_listens(woken, monkeypatch):
    monkeypatch.setattr("handlers.work.pollers.unheard", lambda: 20)
    start_work(WELL)
    poller = WakeWorks()
    poller.poll(NOW)

    poller.poll(NOW + timedelta(seconds=5))

    assert len(woken) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_given_the_same_message_run_it_once():
    if reason := cannot_race():
        pytest.skip(reason)
    ids = [start_work(WELL).pk for _number in range(20)]

    shares = race(*(lambda o=o: claims(o, ids) for o in (1, 2, 3)))

    assert sorted(pk for share in shares for pk in share) == ids
    assert set(Work.objects.values_list("attempts", flat=True)) == {1}


def claims(owner, ids):
    found = []
    while work := take(NOW, owner, ids):
        found.append(work.pk)
    return found


# The threads of a worker


@pytest.fixture
def hands_on():
    return Hands(a_worker().pk, "host:1", lambda: NOW, lambda: False)


@pytest.mark.django_db(transaction=True)
def test_the_crew_runs_what_it_is_shown(hands_on):
    if reason := cannot_race():
        pytest.skip(reason)
    ids = [start_work(WELL).pk for _number in range(10)]
    crew = Crew()

    crew.look(hands_on, ids)
    join(crew)

    assert Work.objects.filter(state="succeeded").count() == 10


def join(crew):
    for thread in tuple(crew._threads):
        thread.join(20)


@pytest.mark.django_db(transaction=True)
def test_a_crew_has_its_size(hands_on, settings, monkeypatch):
    if reason := cannot_race():
        pytest.skip(reason)
    settings.WORKS = {**settings.WORKS, "THREADS": 3}
    crew = Crew()

    crew.look(hands_on, range(10))
    assert len(crew._threads) == 3
    join(crew)


@pytest.mark.parametrize("failing", ["run", "claim"])
def test_what_the_database_failed_under_is_queued_again(hands_on, monkeypatch, failing):
    start_work(WELL)
    take(owner=hands_on.owner) if failing == "claim" else None
    monkeypatch.setattr(crew_module, failing, broken)
    monkeypatch.setattr(crew_module, "PAUSE", 0.0)
    monkeypatch.setattr(crew_module, "give_back", at_the_second_try(give_back))
    monkeypatch.setattr("handlers.work.crew.connections.close_all", lambda: None)

    Crew()._work(hands_on, [])

    work = Work.objects.get()
    assert (work.state, work.reason) == ("enqueued", "The database did not answer.")


def test_what_others_have_in_their_hands_is_no_stray(hands_on, monkeypatch):
    start_work(WELL)
    crew = Crew()
    crew._held.add(take(owner=hands_on.owner).pk)
    monkeypatch.setattr(crew_module, "PAUSE", 0.0)
    monkeypatch.setattr("handlers.work.crew.connections.close_all", lambda: None)

    crew._free_strays(hands_on)

    assert Work.objects.get().state == "running"


def test_a_run_that_cannot_be_recorded_is_parked(hands_on, monkeypatch):
    start_work(WELL)
    monkeypatch.setattr("handlers.work.running._row", spoilt)
    monkeypatch.setattr("handlers.work.crew.connections.close_all", lambda: None)

    Crew()._work(hands_on, [])

    work = Work.objects.get()
    assert (work.state, work.reason) == ("failed", "ValueError: no room")
    assert WorkRun.objects.get().state == "failed"


def spoilt(*_arguments):
    message = "no room"
    raise ValueError(message)


def at_the_second_try(action):
    """Let an action fail once."""
    answers = iter([broken, action])

    def tried(*arguments):
        return next(answers)(*arguments)

    return tried


def broken(*_arguments, **_options):
    raise OperationalError


def test_who_leaves_takes_nothing_more(hands_on, monkeypatch):
    monkeypatch.setattr("handlers.work.crew.connections.close_all", lambda: None)
    start_work(WELL)
    crew = Crew()

    crew.leave(hands_on)
    crew._work(hands_on, [])

    assert Work.objects.get().attempts == 0


def test_leaving_hands_back_what_has_not_ended(hands_on):
    start_work(WELL)
    take(owner=hands_on.owner)

    Crew().leave(hands_on)

    assert Work.objects.get().state == "enqueued"
    assert Worker.objects.exists()


def test_a_start_that_is_rolled_back_never_was():
    with transaction.atomic():
        start_work(WELL)
        transaction.set_rollback(True)

    assert not Work.objects.exists()


def test_what_nobody_takes_is_told_to_whoever_looks_for_deaf_clusters():
    work, second = start_work(WELL), timedelta(seconds=1)

    assert not Crew().waiting(NOW - second, [1])
    assert list(Crew().waiting(NOW, [1])) == [work.pk]


def test_workers_that_are_full_are_not_deaf(settings):
    settings.WORKS = {**settings.WORKS, "THREADS": 1}
    start_work(WELL)
    take(owner=1)
    start_work(WELL)

    assert not Crew().waiting(NOW, [1])
    assert Crew().waiting(NOW, [2])
