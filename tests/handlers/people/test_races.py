"""Answers that come at the same time, and at the deadline: one outcome, once."""

from datetime import timedelta

import pytest

from handlers.people.answering import hand_over
from handlers.people.models import HumanTask
from handlers.people.pollers import CloseTasks, RemindPeople
from tests.conftest import NOW, drain
from tests.handlers.people.conftest import SOON, go_on, says, share_of, states, task
from tests.nodes import node
from tests.racing import cannot_race, race
from workflows import services
from workflows.exceptions import WorkflowError

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("cannot_race()", reason=cannot_race() or "races"),
]
BRANCHES = {
    name: [node("echo", name, key=f"on_{name}")]
    for name in ("approve", "reject", "expired")
}
LIMIT = {"deadline": "moment", "until": "2026-11-22T09:05:01+00:00"}


def tried(action):
    """Tell whether an action was done, or came too late."""

    def attempt():
        try:
            action()
        except WorkflowError:
            return False
        return True

    return attempt


def ends(execution):
    """List the branches that were taken."""
    keys = execution.jobs.values_list("node_key", flat=True)
    return [key for key in keys if key.startswith("on_")]


@pytest.mark.parametrize("_round", range(5))
def test_of_two_answers_one_decides(ask, _round):
    execution = ask(BRANCHES, users="alice, bob")

    done = race(
        tried(lambda: says("alice", "approve")),
        tried(lambda: says("bob", "reject")),
    )

    assert sorted(done) == [False, True]
    assert ends(go_on(execution)) == [f"on_{task().outcome}"]
    assert sorted(states().values()) == ["answered", "closed"]


@pytest.mark.parametrize("_round", range(5))
def test_one_share_is_answered_once(ask, _round):
    execution = ask(users="alice, bob", rule="all")

    done = race(*[tried(lambda: says("alice"))] * 3)

    assert sum(done) == 1
    assert go_on(execution).status == "waiting"


@pytest.mark.parametrize("_round", range(5))
def test_the_last_two_of_all_end_the_task(ask, _round):
    execution = ask(users="alice, bob", rule="all")

    assert race(tried(lambda: says("alice")), tried(lambda: says("bob"))) == [True] * 2

    assert go_on(execution).status == "succeeded"


@pytest.mark.parametrize("_round", range(8))
def test_an_answer_and_the_deadline_agree(ask, _round):
    """The answer is in time, and the worker runs the deadline at the same moment."""
    execution = ask(BRANCHES, **LIMIT)
    late = SOON + timedelta(seconds=1)

    answered, _ = race(tried(lambda: says("alice")), lambda: drain(late))
    go_on(execution, late)

    assert execution.status == "succeeded"
    assert ends(execution) == ["on_approve" if answered else "on_expired"]
    assert task().state == ("done" if answered else "expired")


@pytest.mark.parametrize("_round", range(5))
def test_an_answer_and_a_cancel_agree(ask, _round):
    execution = ask(BRANCHES)

    race(
        tried(lambda: says("alice")),
        tried(lambda: services.cancel(execution, SOON)),
    )
    go_on(execution)
    CloseTasks().drain(SOON)

    assert execution.status in {"succeeded", "cancelled"}
    assert bool(ends(execution)) is (execution.status == "succeeded")
    assert not HumanTask.objects.open().exists()


def test_an_answer_and_a_hand_over_agree(ask, cast):
    execution = ask()
    alice, charlie = cast["alice"], cast["charlie"]
    share = share_of("alice")

    answered, handed = race(
        tried(lambda: says("alice")),
        tried(lambda: hand_over(share, charlie, alice, "", SOON)),
    )

    assert answered is not handed
    assert go_on(execution).status == ("succeeded" if answered else "waiting")


def test_schedulers_remind_once(ask):
    ask(remind_after="1h")
    later = NOW + timedelta(hours=1)

    race(*[lambda: RemindPeople().drain(later)] * 3)

    assert task().notes.count() == 1
