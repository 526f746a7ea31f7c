"""When answers decide: a table, and laws that hold for all of it."""

import pytest
from hypothesis import given, strategies as st

from handlers.people.deciding import Vote, decided, needed
from handlers.people.states import Rule

YES, NO = Vote("approve", True), Vote("reject", False)
ALSO = Vote("later", True)
ORDER = ["approve", "later", "reject"]


@pytest.mark.parametrize(
    ("rule", "people", "votes", "outcome"),
    [
        ("one", 3, [], None),
        ("one", 3, [NO], "reject"),
        ("one", 3, [YES, NO], "approve"),
        ("any", 3, [NO, NO], None),
        ("any", 3, [NO, YES], "approve"),
        ("any", 3, [NO, NO, NO], "reject"),
        ("all", 3, [YES, YES], None),
        ("all", 3, [YES, NO], "reject"),
        ("all", 3, [YES, YES, YES], "approve"),
        ("all", 3, [ALSO, YES, ALSO], "later"),
        ("all", 2, [ALSO, YES], "approve"),
        ("part", 4, [YES], None),
        ("part", 4, [YES, YES], "approve"),
        ("part", 4, [NO, NO], None),
        ("part", 4, [NO, NO, NO], "reject"),
    ],
)
def test_votes_decide(rule, people, votes, outcome):
    assert decided(rule, 50, people, votes, ORDER) == outcome


@pytest.mark.parametrize(
    ("percent", "people", "count"), [(50, 3, 2), (1, 3, 1), (100, 3, 3), (34, 3, 2)]
)
def test_a_part_is_rounded_up(percent, people, count):
    assert needed(Rule.PART, percent, people) == count


_votes = st.lists(st.sampled_from([YES, NO, ALSO]), min_size=1, max_size=8)


@given(rule=st.sampled_from(Rule.values), percent=st.integers(1, 100), votes=_votes)
def test_all_answers_decide(rule, percent, votes):
    outcome = decided(rule, percent, len(votes), votes, ORDER)

    assert outcome in {vote.outcome for vote in votes}


@given(rule=st.sampled_from(Rule.values), percent=st.integers(1, 100), votes=_votes)
def test_who_answers_later_does_not_turn_a_decision(rule, percent, votes):
    people = len(votes)
    sides = [
        outcome != "reject"
        for count in range(1, people + 1)
        if (outcome := decided(rule, percent, people, votes[:count], ORDER))
    ]

    assert len(set(sides)) == 1
