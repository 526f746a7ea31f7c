"""The manual task: from the question to the branch of its outcome."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from handlers.nodes.manual import ManualTask
from handlers.people.answering import (
    HasAShare,
    OutcomeUnknown,
    ShareEnded,
    StaysWithPerson,
    TaskEnded,
    hand_over,
    remark,
)
from handlers.people.assignees import PersonCannotAnswer
from handlers.people.models import HumanTask, TaskNote
from tests.conftest import NOW
from tests.handlers.conftest import problems
from tests.handlers.people.conftest import (
    SOON,
    go_on,
    result_of,
    says,
    share_of,
    states,
    task,
)
from tests.nodes import node
from workflows import services
from workflows.contracts import Kind

DAY = NOW + timedelta(days=1)
LIMIT = {"deadline": "duration", "amount": 1, "unit": "days"}
BRANCHES = {
    name: [node("echo", name, key=f"on_{name}")]
    for name in ("approve", "reject", "expired")
}


def ran(execution):
    return list(execution.jobs.order_by("number").values_list("node_key", flat=True))


def test_it_waits_until_somebody_answers(ask):
    execution = ask(users="alice, bob")
    assert (execution.status, execution.due_at) == ("waiting", None)

    says("bob", comment="Fine.")

    assert go_on(execution).status == "succeeded"
    assert states() == {"alice": "closed", "bob": "answered"}
    [given] = result_of(execution)["answers"]
    assert (given["outcome"], given["comment"]) == ("approve", "Fine.")
    assert (given["user"], given["at"]) == (share_of("bob").user_id, SOON)


def test_the_outcome_takes_its_branch(ask):
    execution = ask(BRANCHES)
    says("alice", "reject")

    assert ran(go_on(execution)) == ["ask", "on_reject", "on"]
    assert result_of(execution)["yes"] is False


def test_it_may_go_on_whatever_the_outcome(ask):
    execution = ask(BRANCHES, then="continue")
    says("alice", "reject")

    assert ran(go_on(execution)) == ["ask", "on"]


def test_a_no_may_end_the_execution(ask):
    execution = ask(then="only_yes")
    says("alice", "reject")

    assert go_on(execution).status == "failed"
    assert "answered with 'reject'" in execution.reason


def test_all_must_say_yes(ask):
    execution = ask(user_groups="Buyers", users=None, rule="all")
    says("alice")
    assert go_on(execution).status == "waiting"
    says("bob")

    assert go_on(execution).status == "succeeded"
    assert len(result_of(execution)["answers"]) == 2


def test_one_no_decides_when_all_must_say_yes(ask):
    execution = ask(user_groups="Buyers", rule="all")
    says("bob", "reject")

    assert go_on(execution).status == "succeeded"
    assert states() == {"alice": "closed", "bob": "answered"}


def test_the_answers_are_the_values_of_who_decided(ask):
    execution = ask(questions=[{"name": "sum", "type": "decimal"}], rule="any")
    says("alice", sum=7)
    go_on(execution)

    assert result_of(execution)["values"] == {"sum": 7}


def test_texts_and_initial_values_are_expressions(ask):
    ask(
        title="Pay {{ 6 * 7 }}?",
        questions=[{"name": "n", "label": "{{ 'How' }}", "initial": "{{ 1 + 1 }}"}],
        users="{{ ['alice', 'bob'] }}",
    )

    assert task().title == "Pay 42?"
    assert task().questions[0]["initial"] == 2
    assert task().shares.count() == 2


def test_outcomes_are_of_ones_own(ask):
    outcomes = [{"name": "pay"}, {"name": "wait", "yes": False}]
    execution = ask({"pay": [node("echo", 1, key="paid")]}, outcomes=outcomes)
    says("alice", "pay")

    assert ran(go_on(execution)) == ["ask", "paid", "on"]


# The deadline.


def test_at_the_deadline_it_expires(ask):
    execution = ask(BRANCHES, **LIMIT)
    assert execution.due_at == DAY

    assert ran(go_on(execution, DAY)) == ["ask", "on_expired", "on"]
    assert (task().state, states()) == ("expired", {"alice": "closed"})
    assert result_of(execution)["outcome"] == "expired"


def test_the_deadline_may_be_a_moment(ask):
    execution = ask(deadline="moment", until="{{ now }}", then="only_yes")
    go_on(execution, NOW)

    assert execution.status == "failed"
    assert "before its deadline" in execution.reason


def test_no_answer_is_taken_at_the_deadline(ask):
    execution = ask(**LIMIT)

    with pytest.raises(TaskEnded, match="takes no answers any more"):
        says("alice", now=DAY)
    assert go_on(execution, DAY).status == "succeeded"


def test_the_last_moment_before_the_deadline_counts(ask):
    execution = ask(BRANCHES, **LIMIT)
    says("alice", now=DAY - timedelta(seconds=1))

    assert ran(go_on(execution, DAY)) == ["ask", "on_approve", "on"]


# Answers that cannot be taken.


def test_nobody_answers_twice(ask):
    ask(user_groups="Buyers", rule="all")
    says("alice")

    with pytest.raises(ShareEnded, match="alice"):
        says("alice", "reject")
    assert share_of("alice").outcome == "approve"


def test_nobody_answers_what_is_decided(ask):
    ask(user_groups="Buyers")
    says("alice")

    with pytest.raises(TaskEnded, match="Pay"):
        says("bob", "reject")
    assert task().outcome == "approve"


def test_an_unknown_outcome_is_refused(ask):
    ask()

    with pytest.raises(OutcomeUnknown, match="It takes: approve, reject"):
        says("alice", "burn")
    assert states() == {"alice": "open"}


def test_a_cancelled_execution_takes_no_answers(ask):
    execution = ask()
    services.cancel(execution, SOON)

    with pytest.raises(TaskEnded, match="Pay"):
        says("alice")
    assert states() == {"alice": "open"}


def test_whoever_answers_for_others_is_named(ask, cast):
    execution = ask()
    says("alice", by=cast["bob"])
    go_on(execution)

    assert result_of(execution)["answers"][0]["answered_by"] == "bob"


# Handing over, comments.


def test_a_task_is_handed_over(ask, cast):
    execution = ask(rule="all")
    hand_over(share_of("alice"), cast["charlie"], cast["alice"], "Ill", SOON)

    assert states() == {"alice": "handed_over", "charlie": "open"}
    assert TaskNote.objects.get().text == "alice → charlie: Ill"
    with pytest.raises(ShareEnded, match="alice"):
        says("alice")
    says("charlie")
    assert go_on(execution).status == "succeeded"


def test_a_task_comes_back(ask, cast):
    ask()
    hand_over(share_of("alice"), cast["bob"], cast["alice"], "", SOON)
    hand_over(share_of("bob"), cast["alice"], cast["bob"], "", SOON)

    assert states() == {"alice": "open", "bob": "handed_over"}


def test_who_has_a_share_gets_no_other(ask, cast):
    ask(user_groups="Buyers")

    with pytest.raises(HasAShare, match="bob"):
        hand_over(share_of("alice"), cast["bob"], cast["alice"], "", SOON)


def test_who_cannot_answer_is_given_nothing(ask, cast):
    ask()
    cast["bob"].is_active = False

    with pytest.raises(PersonCannotAnswer, match="bob"):
        hand_over(share_of("alice"), cast["bob"], cast["alice"], "", SOON)


def test_a_task_may_have_to_stay(ask, cast):
    ask(may_hand_over=False)

    with pytest.raises(StaysWithPerson, match="must not be handed over"):
        hand_over(share_of("alice"), cast["bob"], cast["alice"], "", SOON)


def test_comments_are_kept(ask, cast):
    ask()
    remark(task(), "Why?\r\n\x07\u202eNot?", cast["bob"], SOON)

    note = TaskNote.objects.get()
    assert (note.name, note.text) == ("bob", "Why?\nNot?")


# What goes wrong before anybody is asked.


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ({"users": "zoe"}, "There is no user 'zoe'"),
        ({"escalate_after": "1d", "escalate_users": "zoe"}, "There is no user 'zoe'"),
        ({"title": "{{ '' }}"}, "title"),
        ({"questions": "{{ [1] }}"}, "The question '1' is wrong"),
        ({"outcomes": "{{ [1] }}"}, "The outcome '1' is wrong"),
    ],
)
def test_a_wrong_setting_asks_nobody(ask, config, sentence):
    execution = ask(**config)

    assert execution.status == "error"
    assert sentence in execution.reason
    assert not HumanTask.objects.exists()


def test_a_deleted_task_is_a_failure(ask):
    execution = ask(**LIMIT)
    HumanTask.objects.all().delete()

    assert go_on(execution, DAY).status == "failed"


def test_a_deleted_account_leaves_its_name(ask, cast):
    ask()
    User.objects.get(username="alice").delete()

    share = task().shares.get()
    assert (share.user_id, share.name) == (None, "alice")


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({"title": ""}, "title"),
        ({"users": None}, "users"),
        ({"users": None, "user_filter": {"rules": []}}, "users"),
        ({"user_filter": {"rules": [{"field": "x", "op": "is_empty"}]}}, "user_filter"),
        ({"questions": [{"name": "A"}]}, "questions"),
        ({"outcomes": [{"name": "expired"}]}, "outcomes"),
        ({"deadline": "moment"}, "until"),
        ({"remind_before": "1d"}, "remind_before"),
        ({"remind_after": "soon"}, "remind_after"),
        ({"escalate_after": "1d, 2d", "escalate_users": "bob"}, "escalate_after"),
        ({"escalate_after": "1d"}, "escalate_users"),
        ({"escalate_users": "bob"}, "escalate_after"),
        ({"rule": "part", "percent": ""}, "percent"),
    ],
)
def test_the_form_names_faults(allowed, config, field):
    given = {"title": "Pay?", "users": "alice", **config}

    assert field in problems(ManualTask, **given)


def test_the_result_offers_the_questions():
    config = {"questions": [{"name": "sum", "label": "Sum", "type": "decimal"}]}
    shape = ManualTask().result_shape(config)
    values = next(field for field in shape.fields if field.name == "values")

    assert [(each.name, each.kind) for each in values.children] == [
        ("sum", Kind.NUMBER)
    ]
    assert ManualTask().result_shape({"questions": "{{ nodes.x }}"}).fields


def test_the_branches_are_those_of_the_outcomes():
    config = {"outcomes": [{"name": "pay", "title": "Pay it"}]}

    assert ManualTask().branches_for(config) == {"pay": "Pay it", "expired": "Expired"}
    assert set(ManualTask().branches_for({"outcomes": "oops"})) == set(BRANCHES)


def test_a_trial_asks_nobody(cast, make_version):
    config = {"title": "Pay?", "users": "alice"}
    version = make_version({"key": "ask", "type": "manual", "config": config})

    trial = services.try_node(version, "ask", {}, lambda: NOW)

    assert trial.outcome == "waiting"
    assert not HumanTask.objects.exists()
