"""What happens to open tasks as time goes by."""

from datetime import timedelta

import pytest

from handlers.people.models import HumanTask, TaskNote
from handlers.people.pollers import CloseTasks, RemindPeople
from tests.conftest import NOW
from tests.handlers.people.conftest import go_on, says, share_of, states, task
from workflows import services
from workflows.models import Execution, Job

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LIMIT = {"deadline": "duration", "amount": 2, "unit": "days"}


def notes(kind):
    return list(TaskNote.objects.filter(kind=kind).values_list("at", "text"))


def test_people_are_reminded_before_the_deadline_and_after_the_question(ask):
    ask(**LIMIT, remind_before="1h", remind_after="1d")
    poller = RemindPeople()

    assert poller.due(NOW) == NOW + DAY
    assert poller.drain(NOW + DAY - HOUR) == 0
    assert poller.drain(NOW + DAY) == 1
    assert poller.due(NOW) == NOW + 2 * DAY - HOUR
    poller.drain(NOW + 2 * DAY - HOUR)
    assert notes("reminded") == [
        (NOW + DAY, "alice"),
        (NOW + 2 * DAY - HOUR, "alice"),
    ]
    assert poller.due(NOW) is None


def test_a_reminder_makes_the_task_new_again(ask):
    ask(remind_after="1d")
    task().shares.update(seen_at=NOW)
    RemindPeople().drain(NOW + DAY)

    share = share_of("alice")
    assert (share.seen_at, share.reminded_at) == (None, NOW + DAY)


def test_who_has_answered_is_not_reminded(ask):
    ask(user_groups="Buyers", rule="all", remind_after="1d")
    says("alice")
    RemindPeople().drain(NOW + DAY)

    assert notes("reminded") == [(NOW + DAY, "bob")]


def test_missed_reminders_come_once(ask):
    ask(remind_after="1h, 2h, 3h, 1d")
    RemindPeople().drain(NOW + 5 * HOUR)

    assert len(notes("reminded")) == 1
    assert RemindPeople().due(NOW) == NOW + DAY


def test_two_schedulers_remind_once(ask):
    ask(remind_after="1h")
    RemindPeople().drain(NOW + HOUR)
    RemindPeople().drain(NOW + HOUR)

    assert len(notes("reminded")) == 1


def test_others_are_asked_as_well(ask):
    execution = ask(escalate_after="1d", escalate_users="bob, charlie")
    RemindPeople().drain(NOW + DAY)

    assert states() == {"alice": "open", "bob": "open", "charlie": "open"}
    assert notes("escalated") == [(NOW + DAY, "bob, charlie")]
    says("charlie", now=NOW + DAY)
    assert go_on(execution, NOW + DAY).status == "succeeded"


def test_others_are_asked_instead(ask):
    ask(
        users="alice, bob",
        escalate_after="1d",
        escalate_groups="Buyers",
        escalate_users="charlie",
        escalate_how="replace",
    )
    task().shares.filter(user__username="bob").delete()
    RemindPeople().drain(NOW + DAY)

    assert states() == {"alice": "open", "bob": "open", "charlie": "open"}


def test_who_is_replaced_cannot_answer(ask):
    execution = ask(
        rule="all",
        escalate_after="1d",
        escalate_users="charlie",
        escalate_how="replace",
    )
    RemindPeople().drain(NOW + DAY)

    assert states() == {"alice": "handed_over", "charlie": "open"}
    says("charlie", now=NOW + DAY)
    assert go_on(execution, NOW + DAY).status == "succeeded"


def test_nobody_is_replaced_by_nobody(ask, cast):
    ask(escalate_after="1d", escalate_users="bob", escalate_how="replace")
    cast["bob"].delete()
    RemindPeople().drain(NOW + DAY)

    assert states() == {"alice": "open"}


def test_nothing_happens_behind_the_deadline(ask):
    ask(deadline="duration", amount=1, unit="hours", remind_after="1d, 30m")

    assert [step["at"] for step in task().agenda] == [NOW + HOUR / 2]


@pytest.mark.parametrize("how", ["cancel", "expire"])
def test_a_task_ends_with_its_execution(ask, how):
    execution = ask()
    if how == "cancel":
        services.cancel(execution, NOW)
    else:
        Execution.objects.update(expires_at=NOW)
        services.expire(NOW)

    assert CloseTasks().drain(NOW) == 1
    assert (task().state, states()) == ("cancelled", {"alice": "closed"})


def test_a_task_that_is_waited_for_stays(ask):
    ask()

    assert CloseTasks().drain(NOW) == 0
    assert task().state == "open"


def test_nobody_is_reminded_of_a_cancelled_execution(ask):
    services.cancel(ask(remind_after="1h"), NOW)
    RemindPeople().drain(NOW + HOUR)

    assert (task().state, notes("reminded")) == ("cancelled", [])


def test_tasks_go_with_the_history(ask):
    execution = ask()
    says("alice")
    go_on(execution)
    assert CloseTasks().drain(NOW) == 0
    Job.objects.all().delete()
    Execution.objects.all().delete()

    assert CloseTasks().drain(NOW) == 1
    assert not HumanTask.objects.exists()


def test_it_looks_more_often_while_tasks_are_open(ask):
    poller = CloseTasks()
    poller.drain(NOW)
    assert poller.due(NOW) == NOW + CloseTasks.rarely
    ask()

    assert poller.due(NOW) == NOW + CloseTasks.period


# The options that all nodes have.


@pytest.fixture
def limited(cast, make_version, run):
    """Run a task whose node may take a minute; give its execution."""

    def limited(**options):
        config = {"title": "Pay?", "users": "alice"}
        asks = {"key": "ask", "type": "manual", "config": config, "timeout": 60}
        return run(make_version({**asks, **options}))

    return limited


def test_a_new_try_asks_anew(limited):
    retry = {"attempts": 2, "first": 0, "most": 0}
    execution = limited(retry=retry)
    go_on(execution, NOW + timedelta(minutes=1))
    go_on(execution, NOW + timedelta(minutes=1, seconds=1))

    tasks = HumanTask.objects.order_by("attempt").values_list("attempt", "state")
    assert list(tasks) == [(1, "cancelled"), (2, "open")]
    assert execution.status == "waiting"


def test_what_goes_on_after_an_error_closes_the_task(limited):
    execution = limited(on_error="continue")
    go_on(execution, NOW + timedelta(minutes=1))
    CloseTasks().drain(NOW + timedelta(minutes=1))

    assert execution.status == "succeeded"
    assert task().state == "cancelled"
