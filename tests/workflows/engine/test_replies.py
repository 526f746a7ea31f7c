"""Waiting nodes that somebody replies to, in time, too early, too late, or twice."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django_q.models import OrmQ

from tests.conftest import NOW, drain
from tests.nodes import Echo, node
from tests.racing import cannot_race, race
from workflows import registry, services
from workflows.contracts import Effect, Succeeded, Waiting
from workflows.engine import Drain, register
from workflows.exceptions import ReplyTooLarge, ResultNotStorable
from workflows.models import Worker

LATER = NOW + timedelta(minutes=1)


class Ask(Echo):
    """Waits a minute for a reply, and tells what came; goes on after "again"."""

    type = "ask"
    waits = True

    def run(self, run):
        return Waiting(run.now + timedelta(minutes=1), {"heard": []})

    def resume(self, run):
        if run.reply is None:
            return Succeeded({**run.waited, "late": True})
        heard = {"heard": [*run.waited["heard"], run.reply.value]}
        if run.reply.value == "again":
            return Waiting(run.now + timedelta(minutes=1), heard)
        return Succeeded(heard)


class Hasty(Ask):
    """Is told something before it says that it waits."""

    type = "hasty"
    effect = Effect.OUTSIDE

    def run(self, run):
        services.resume(run.execution_id, run.number, "early", run.now)
        return Waiting(None, {"heard": []})


@pytest.fixture(autouse=True)
def asking(nodes):
    with (
        registry.nodes.temporarily("ask", Ask()),
        registry.nodes.temporarily("hasty", Hasty()),
    ):
        yield


@pytest.fixture
def asked(make_version, run):
    return run(make_version(node("ask"), node("echo", "{{ nodes.ask }}")))


def reply(execution, value="yes", now=NOW):
    return services.resume(execution.pk, 1, value, now)


def result(execution):
    execution.refresh_from_db()
    return execution.status, execution.jobs.get(number=1).result


def test_a_reply_is_what_the_node_goes_on_with(asked):
    told = reply(asked, {"total": Decimal("1.50")})
    drain(NOW)

    assert told is True
    assert result(asked) == ("succeeded", {"heard": [{"total": Decimal("1.50")}]})


def test_without_a_reply_the_node_goes_on_at_its_moment(asked):
    drain(LATER)

    assert result(asked) == ("succeeded", {"heard": [], "late": True})


def test_a_node_that_waits_for_ever_takes_a_reply(make_version, run):
    execution = run(make_version(node("pause", "for ever")))

    reply(execution, "at last")
    drain(NOW)

    assert result(execution) == ("succeeded", "at last")


def test_a_reply_of_nothing_is_a_reply(asked):
    reply(asked, None)
    drain(NOW)

    assert result(asked) == ("succeeded", {"heard": [None]})


def test_a_second_reply_is_refused(asked):
    assert [reply(asked, "first"), reply(asked, "second")] == [True, False]

    drain(NOW)

    assert result(asked) == ("succeeded", {"heard": ["first"]})


def test_a_reply_after_the_end_is_refused(asked):
    drain(LATER)

    assert reply(asked) is False


def test_a_reply_to_what_was_cancelled_is_refused(asked):
    services.cancel(asked, NOW)

    assert reply(asked) is False
    assert asked.jobs.get(number=1).replied_at is None


def test_a_reply_does_not_bring_back_what_was_cancelled_after_it(asked):
    reply(asked)
    services.cancel(asked, NOW)
    drain(NOW)

    assert result(asked) == ("cancelled", {"heard": []})


def test_a_reply_to_a_job_that_does_not_exist_is_refused(asked):
    assert services.resume(asked.pk, 2, "yes", NOW) is False


def test_a_node_that_waits_again_takes_another_reply(asked):
    reply(asked, "again")
    drain(NOW)

    assert reply(asked, "done") is True
    drain(NOW)
    assert result(asked) == ("succeeded", {"heard": ["again", "done"]})


def test_a_node_that_waits_again_does_not_hear_the_same_reply_twice(asked):
    reply(asked, "again")
    drain(NOW)

    assert result(asked) == ("waiting", {"heard": ["again"]})
    drain(LATER)
    assert result(asked) == ("succeeded", {"heard": ["again"], "late": True})


def test_a_reply_before_the_node_waits_is_kept_for_it(make_version, run):
    execution = run(make_version(node("hasty")))

    assert result(execution) == ("succeeded", {"heard": ["early"]})


def test_an_early_reply_outlives_the_worker(make_version):
    execution = services.run_manually(make_version(node("hasty")), {}, NOW)
    dying = new_worker()
    dying.calls.submit = lambda run: None
    dying._advance_all(dying._take([]))
    services.resume(execution.pk, 1, "earlier", NOW)
    Worker.objects.update(lease_until=NOW)
    services.requeue_dead(NOW)

    drain(NOW)

    assert result(execution) == ("succeeded", {"heard": ["earlier"]})


def test_a_reply_while_the_time_limit_passes_is_heard(asked):
    worker = new_worker(LATER)
    late = worker._take([])

    assert reply(asked, "just in time", LATER) is True
    worker._advance_all(late)
    worker.run()
    assert result(asked) == ("succeeded", {"heard": ["just in time"]})


def test_a_reply_right_after_a_node_waits_again_is_heard(asked):
    reply(asked, "again")
    worker = new_worker()
    worker._advance_all(worker._take([]))

    reply(asked, "and again")
    worker.run()

    assert result(asked) == ("succeeded", {"heard": ["again", "and again"]})


def test_a_reply_wakes_a_worker(asked):
    OrmQ.objects.all().delete()

    reply(asked)

    assert OrmQ.objects.count() == 1


def test_a_reply_that_is_rolled_back_is_none(asked):
    with transaction.atomic():
        reply(asked)
        transaction.set_rollback(True)

    assert reply(asked, "the real one") is True


def test_a_reply_must_be_storable(asked):
    with pytest.raises(ResultNotStorable, match="NUL"):
        reply(asked, "\0")


def test_a_reply_must_not_be_large(asked):
    with pytest.raises(ReplyTooLarge, match=r"has 300002 characters, more than 262144"):
        reply(asked, "x" * 300_000)


def insist(execution):
    return [reply(execution, "x") for _ in range(20)]


def new_worker(now=NOW):
    worker = register(Worker.Kind.WORKER, now, lease=timedelta(minutes=3))
    return Drain(worker.pk, lambda: now)


@pytest.mark.skipif(bool(cannot_race()), reason=cannot_race())
@pytest.mark.django_db(transaction=True)
class TestRaces:
    """Each on connections of their own, side by side."""

    def test_one_of_many_replies_is_accepted(self, asked):
        told = race(*(lambda value=value: reply(asked, value) for value in range(4)))
        drain(NOW)

        assert sorted(told) == [False, False, False, True]
        assert result(asked) == ("succeeded", {"heard": [told.index(True)]})

    @pytest.mark.parametrize("trial", range(5))
    def test_a_reply_is_heard_or_refused_when_the_time_is_over(self, asked, trial):
        told, _ = race(lambda: reply(asked, "yes", LATER), lambda: drain(LATER))
        drain(LATER)

        heard = result(asked)[1]
        assert heard == ({"heard": ["yes"]} if told else {"heard": [], "late": True})

    @pytest.mark.parametrize("trial", range(5))
    def test_a_reply_and_a_cancel_do_not_block_each_other(self, asked, trial):
        told, _ = race(lambda: reply(asked), lambda: services.cancel(asked, NOW))
        drain(NOW)

        job = asked.jobs.get(number=1)
        assert (result(asked)[0], job.replied_at is not None) == ("cancelled", told)

    @pytest.mark.parametrize("trial", range(5))
    def test_a_reply_and_the_beginning_of_the_wait_do_not_miss(
        self, make_version, trial
    ):
        version = make_version(node("pause", "for ever"))
        execution = services.run_manually(version, {}, NOW)

        told, _ = race(lambda: insist(execution), lambda: drain(NOW))
        drain(NOW)

        status = "succeeded" if any(told) else "waiting"
        assert (result(execution)[0], sum(told)) == (status, int(any(told)))
