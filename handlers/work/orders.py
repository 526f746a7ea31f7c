"""What somebody orders: the commands that start works, read and checked."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from handlers.actions.contracts import types
from handlers.actions.document import Action, each, read_actions
from handlers.actions.errors import HandlersInvalid
from handlers.actions.set import names_of
from handlers.actions.texts import read_json
from handlers.conf import settings
from handlers.work.conditions import Condition, read_conditions
from handlers.work.hiding import MARK
from handlers.work.requests import Request, read_request
from handlers.work.states import Kind
from workflows.exceptions import WorkflowError

#: The shortest period, in minutes, and the longest: ten years.
SHORTEST, LONGEST = 15, 5_256_000
#: Longest tag, in characters, as the column has it.
LONGEST_TAG = 200
EXISTS = ("", "keep", "replace")


class CommandTooLarge(WorkflowError):
    """A command with more bytes than the settings allow."""

    def __init__(self, name: str, limit: int) -> None:
        super().__init__(f"{name} is larger than {limit} bytes.")


class VariablesTooLarge(WorkflowError):
    """Variables that together are longer than a command may be."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"The variables that the work would take along hold more than {limit} "
            "characters."
        )


class SecretMissing(WorkflowError):
    """The copy of a work in which a secret is still hidden."""

    def __init__(self) -> None:
        super().__init__(
            f"A hidden value ('{MARK}') cannot be used: enter it again, or keep it in "
            "an HTTP alias."
        )


@dataclass(frozen=True, slots=True)
class Order:
    """A work that somebody wants, checked as far as that can be done before."""

    kind: Kind
    actions: tuple[Action, ...] = ()
    request: Request | None = None
    tag: str = ""
    title: str = ""
    retry: bool | None = None
    conditions: tuple[Condition, ...] | None = None
    #: Minutes.
    period: int | None = None
    #: What becomes of unfinished works with the same tag: keep or replace.
    exists: str = ""
    note: str = ""
    break_if_error: bool = False
    variables: Mapping[str, str] = field(default_factory=dict)
    database: str = ""


def read_start(value: Any) -> Order:
    """Read the value of StartWork."""
    given = _object(value, "StartWork")
    return Order(
        kind=Kind.ONCE,
        actions=_actions(given, "StartWork"),
        tag=_text(given, "tag", "StartWork"),
        retry=_flag(given, "retry", "StartWork"),
        conditions=_conditions(given),
        exists=_exists(given),
    )


def read_periodic(value: Any) -> Order:
    """Read the value of StartPeriodicWork; a short period is lengthened, and noted."""
    given = _object(value, "StartPeriodicWork")
    period, note = _period(given.get("period"))
    if given.get("retry"):
        note = f"{note} A periodic work is not retried: it waits for its next run."
    tag = _text(given, "tag", "StartPeriodicWork")
    return Order(
        kind=Kind.PERIODIC,
        actions=_actions(given, "StartPeriodicWork"),
        tag=tag,
        retry=False,
        conditions=_conditions(given),
        period=period,
        note=note.strip(),
    )


def read_transfer(value: Any, kind: Kind) -> Order:
    """Read the value of StartDownloadWorkRequest or StartUploadWorkRequest."""
    name = f"Start{kind.value.capitalize()}WorkRequest"
    given = _object(value, name)
    body = _text(given, "body", name)
    title = _text(given, "title", name)
    return Order(
        kind=kind,
        request=read_request(given.get("request"), name, kind),
        tag=_text(given, "tag", name),
        title=" ".join(part for part in (title, body) if part)[:LONGEST_TAG],
        retry=True,
        conditions=_conditions(given),
    )


_KEYS = {
    "StartWork": {"work", "tag", "retry", "conditions", "exists"},
    "StartPeriodicWork": {"work", "tag", "retry", "conditions", "period"},
}
_TRANSFER_KEYS = {"request", "tag", "title", "body", "conditions"}


def _object(value: Any, name: str) -> Mapping[str, Any]:
    limit = settings().command_limit
    size = len(value) if isinstance(value, str) else _size(value, name)
    if size > limit or (isinstance(value, str) and len(value.encode()) > limit):
        raise CommandTooLarge(name, limit)
    given = read_json(value, name)
    if not isinstance(given, Mapping):
        raise HandlersInvalid(name, "an object is expected.")
    known = _KEYS.get(name, _TRANSFER_KEYS)
    if unknown := sorted(str(key)[:40] for key in given if key not in known):
        known_ones = ", ".join(sorted(known))
        problem = f"there is no key '{unknown[0]}'. Keys: {known_ones}."
        raise HandlersInvalid(name, problem)
    return given


def _size(value: Any, name: str) -> int:
    try:
        return len(json.dumps(value, ensure_ascii=False))
    except (TypeError, ValueError, RecursionError):
        raise HandlersInvalid(name, "it cannot be written as JSON.") from None


def _actions(given: Mapping[str, Any], name: str) -> tuple[Action, ...]:
    if "work" not in given:
        raise HandlersInvalid(name, "'work', the array of handlers, is missing.")
    actions = read_actions(given["work"])
    if not actions:
        raise HandlersInvalid(name, "'work' is empty, so there is nothing to do.")
    check_actions(actions)
    check_complete([action.method for action in each(actions)])
    return actions


def check_complete(value: Any) -> None:
    """Raise `SecretMissing` where the mark stands in the place of a secret."""
    if MARK in json.dumps(value, ensure_ascii=False):
        raise SecretMissing


def check_actions(actions: tuple[Action, ...]) -> None:
    """Raise for the first handler that cannot work: no such alias, no such function."""
    adds_alias = any(
        action.type == "set" and "HTTPAddAlias" in names_of(action.method)
        for action in each(actions)
    )
    for action in each(actions):
        # An alias that the array makes itself is not there yet.
        if not (adds_alias and action.type == "http"):
            types.get(action.type).check(action.method)


def _text(given: Mapping[str, Any], key: str, name: str) -> str:
    value = given.get(key)
    if value is None:
        return ""
    text = str(value) if isinstance(value, int | float) else value
    if not isinstance(text, str) or len(text) > LONGEST_TAG or "\0" in text:
        problem = f"'{key}' must be a text of {LONGEST_TAG} characters at most."
        raise HandlersInvalid(name, problem)
    return text.strip()


def _flag(given: Mapping[str, Any], key: str, name: str) -> bool | None:
    value = given.get(key)
    if value is None or isinstance(value, bool):
        return value
    words = {"true": True, "1": True, "false": False, "0": False, "": False}
    if str(value).lower() not in words:
        raise HandlersInvalid(name, f"'{key}' must be true or false.")
    return words[str(value).lower()]


def _conditions(given: Mapping[str, Any]) -> tuple[Condition, ...] | None:
    value = given.get("conditions")
    return None if value is None else tuple(read_conditions(value))


def _exists(given: Mapping[str, Any]) -> str:
    value = str(given.get("exists") or "")
    if value not in EXISTS:
        raise HandlersInvalid("StartWork", "'exists' may be keep or replace.")
    return value


def _period(value: Any) -> tuple[int, str]:
    try:
        minutes = float(str(value).strip())
        period = int(minutes)
    except (ValueError, OverflowError):
        problem = "'period', the minutes between two runs, must be a number."
        raise HandlersInvalid("StartPeriodicWork", problem) from None
    if period > LONGEST or minutes <= 0:
        problem = f"'period' must be from 1 to {LONGEST} minutes."
        raise HandlersInvalid("StartPeriodicWork", problem)
    if period < SHORTEST:
        note = f"The period of {minutes:g} minutes was lengthened to {SHORTEST}."
        return SHORTEST, note
    return period, ""
