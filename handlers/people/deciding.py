"""When answers decide a task, and what they decide."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from handlers.people.states import Rule


@dataclass(frozen=True, slots=True)
class Vote:
    """One answer, as far as the decision goes."""

    outcome: str
    #: Whether the outcome counts as a yes.
    positive: bool


def needed(rule: str, percent: int, people: int) -> int:
    """Tell how many of so many people must say yes; one at least."""
    match rule:
        case Rule.ALL:
            wanted = people
        case Rule.PART:
            wanted = -(-people * percent // 100)
        case _:
            wanted = 1
    return max(wanted, 1)


def decided(
    rule: str, percent: int, people: int, votes: Sequence[Vote], order: Iterable[str]
) -> str | None:
    """Name the outcome, in the order of `votes`; None while it is open.

    It is a yes once enough say so, and a no once they cannot become enough. Of several
    outcomes of the same side the one that most chose wins, then the first of `order`.
    """
    if not votes:
        return None
    if rule == Rule.ONE:
        return votes[0].outcome
    yes = [vote for vote in votes if vote.positive]
    no = [vote for vote in votes if not vote.positive]
    wanted = needed(rule, percent, people)
    if len(yes) >= wanted:
        return _most(yes, order)
    if people - len(no) < wanted:
        return _most(no, order)
    return None


def _most(votes: Sequence[Vote], order: Iterable[str]) -> str:
    counts = Counter(vote.outcome for vote in votes)
    places = {name: place for place, name in enumerate(order)}
    return min(counts, key=lambda name: (-counts[name], places.get(name, len(places))))
