"""What a task may be answered with: outcomes as plain values.

An outcome is `{"name", "title", "yes", "questions", "comment"}`: whether it counts as
a yes, whether required questions must be answered for it, and whether it needs a
comment.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, pgettext

from workflows.exceptions import WorkflowError
from workflows.harmless import line
from workflows.questions import LINE, NAME

#: Outcomes of one task.
MOST = 10
KEYS = frozenset({"name", "title", "yes", "questions", "comment"})
#: What a task has that names no outcomes.
USUAL: tuple[dict[str, Any], ...] = (
    {"name": "approve", "yes": True},
    {"name": "reject", "yes": False},
)
#: The branch of a task that nobody decided in time.
EXPIRED = "expired"


class OutcomeWrong(WorkflowError):
    """An outcome that cannot be offered."""

    def __init__(self, name: object, problem: str) -> None:
        super().__init__(f"The outcome '{str(name)[:60]}' is wrong: {problem}")


def read_outcomes(document: object) -> list[dict[str, Any]]:
    """Check outcomes and give them in their full form; raise `OutcomeWrong`.

    Without any, they are approve and reject.
    """
    if not isinstance(document, list | tuple):
        raise OutcomeWrong("", 'a list is expected: [{"name": "approve"}].')
    if len(document) > MOST:
        raise OutcomeWrong("", f"a task has at most {MOST} outcomes.")
    outcomes = [_read(each) for each in document or USUAL]
    names = [outcome["name"] for outcome in outcomes]
    for name in names:
        if names.count(name) > 1:
            raise OutcomeWrong(name, "the name is used twice.")
    if not any(outcome["yes"] for outcome in outcomes):
        raise OutcomeWrong(names[0], "one outcome at least must count as a yes.")
    return outcomes


def _read(given: object) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        raise OutcomeWrong(given, 'an object is expected: {"name": "approve"}.')
    name = given.get("name")
    if not isinstance(name, str) or not NAME.fullmatch(name) or name == EXPIRED:
        problem = "its name needs small latin letters, digits and _, and is not"
        raise OutcomeWrong(name, f"{problem} '{EXPIRED}'.")
    if unknown := sorted(map(str, set(given) - KEYS)):
        known = ", ".join(sorted(KEYS))
        raise OutcomeWrong(name, f"there is no '{unknown[0]}'. It may have: {known}.")
    positive = bool(given.get("yes", name != "reject"))
    return {
        "name": name,
        "title": line(given.get("title") or "", LINE),
        "yes": positive,
        "questions": bool(given.get("questions", positive)),
        "comment": bool(given.get("comment", False)),
    }


def title_of(outcome: Mapping[str, Any]) -> str:
    """Give what the button of an outcome says, in the language that is active."""
    usual = {
        "approve": gettext("Approve"),
        "reject": gettext("Reject"),
        "done": pgettext("outcome", "Done"),
    }
    title = outcome.get("title")
    return str(title or usual.get(outcome["name"]) or outcome["name"])


def branches(document: object) -> dict[str, Any]:
    """Name the branches that a task with stored outcomes has."""
    try:
        outcomes = read_outcomes(document or [])
    except OutcomeWrong:
        outcomes = read_outcomes([])
    titles = {outcome["name"]: title_of(outcome) for outcome in outcomes}
    return {**titles, EXPIRED: gettext("Expired")}


def find(outcomes: object, name: str) -> dict[str, Any] | None:
    """Find an outcome by its name."""
    assert isinstance(outcomes, list)  # noqa: S101 - as `read_outcomes` gave them
    return next((each for each in outcomes if each["name"] == name), None)
