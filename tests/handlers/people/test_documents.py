"""Questions, outcomes, durations: what is understood, and what is refused."""

from datetime import timedelta

import pytest

from handlers.people.outcomes import OutcomeWrong, read_outcomes, title_of
from handlers.people.spans import SpanNotUnderstood, after, before, read_spans
from tests.conftest import NOW
from workflows.exceptions import WorkflowError
from workflows.questions import QuestionWrong, choices_of, read_questions


def test_a_question_needs_no_more_than_a_name():
    [question] = read_questions([{"name": "amount"}])

    assert (question["label"], question["type"]) == ("amount", "text")
    assert question["required"] is False


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ("oops", "a list is expected"),
        (["oops"], "an object is expected"),
        ([{"name": "Amount!"}], "its name needs small latin letters"),
        ([{"name": "a", "colour": 1}], "there is no 'colour'"),
        ([{"name": "a", "type": "file"}], "there is no type 'file'"),
        ([{"name": "a", "type": "choice"}], "it needs choices"),
        ([{"name": "a", "type": "choice", "choices": [[1]]}], "a choice is a text"),
        ([{"name": "a", "type": "choice", "choices": [1] * 201}], "more than 200"),
        ([{"name": "a"}, {"name": "a"}], "used twice"),
        ([{"name": f"a{n}"} for n in range(51)], "at most 50"),
    ],
)
def test_wrong_questions_are_named(document, sentence):
    with pytest.raises(QuestionWrong, match=sentence):
        read_questions(document)


def test_choices_are_texts_or_pairs():
    assert choices_of({"choices": ["red", ["b", "Blue"], 3]}) == [
        ("red", "red"),
        ("b", "Blue"),
        ("3", "3"),
    ]


def test_without_outcomes_one_approves_or_rejects():
    approve, reject = read_outcomes([])

    assert (approve["yes"], approve["questions"]) == (True, True)
    assert (reject["yes"], reject["questions"]) == (False, False)
    assert title_of(approve) == "Approve"


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ({}, "a list is expected"),
        ([1], "an object is expected"),
        ([{"name": "expired"}], "is not 'expired'"),
        ([{"name": "a", "sum": 1}], "there is no 'sum'"),
        ([{"name": "a"}, {"name": "a"}], "used twice"),
        ([{"name": "a", "yes": False}], "one outcome at least"),
        ([{"name": f"a{n}"} for n in range(11)], "at most 10"),
    ],
)
def test_wrong_outcomes_are_named(document, sentence):
    with pytest.raises(OutcomeWrong, match=sentence):
        read_outcomes(document)


def test_durations_have_letters():
    assert read_spans("30m, 2H ,1 d") == [(30, "minutes"), (2, "hours"), (1, "days")]
    assert read_spans("") == []


@pytest.mark.parametrize("text", ["soon", "-1d", "1y", "1d 2h", ",".join(["1d"] * 11)])
def test_wrong_durations_are_named(text):
    with pytest.raises(SpanNotUnderstood, match="is no duration"):
        read_spans(text)


def test_durations_lead_to_moments():
    spans = read_spans("1d")

    assert after(NOW, spans) == [NOW + timedelta(days=1)]
    assert before(NOW, spans) == [NOW - timedelta(days=1)]


def test_a_duration_too_long_is_an_error_of_ours():
    with pytest.raises(WorkflowError, match="lead out of the years"):
        before(NOW, read_spans("999999w"))
