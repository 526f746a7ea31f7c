"""What nodes answer, held to what can be stored and understood."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from workflows.codec import encode, readable
from workflows.conf import settings
from workflows.contracts import (
    Ended,
    Failed,
    Fork,
    NodeResult,
    Round,
    Succeeded,
    Waiting,
)
from workflows.engine.run import Call
from workflows.exceptions import (
    AnswerNotUnderstood,
    RoundTooLarge,
    VariablesTooLarge,
    WorkflowError,
)


def storable_or_none(call: Call) -> NodeResult | None:
    """Do the same after a failure, to which a node need not say anything."""
    answer = call()
    return None if answer is None else _storable(answer, call)


def storable(call: Call) -> NodeResult:
    """Call the node. Refuse what JSON cannot hold, and cut what is too large.

    A result that was cut says so.
    """
    return _storable(call(), call)


def _storable(answer: Any, call: Call) -> NodeResult:
    _check_shape(answer, call)
    if isinstance(answer, Ended | Fork):
        return answer
    if isinstance(answer, Round):
        return _checked_round(answer)
    return _cut(answer, sets_variables=call.compiled.handler.sets_variables)


def shown(value: Any) -> Any:
    """Give what the history can keep of a value; small ones cost next to nothing."""
    limit = settings().result_limit
    if isinstance(value, str):
        small = len(value) <= limit and "\0" not in value and value.isprintable()
        return value if small else _shown(value, limit)
    if isinstance(value, _HARMLESS) or value is None:
        return value
    return _shown(value, limit)


#: Values that are small and can be stored for certain.
_HARMLESS = (bool, int, date, Decimal)


def _shown(value: Any, limit: int) -> Any:
    try:
        text = encode(value)
    except WorkflowError as error:
        return {"note": str(error)}
    if len(text) <= limit:
        return value
    return {"cut": text[: limit // 2], "note": _too_long("value", text, limit)}


def _too_long(what: str, text: str, limit: int) -> str:
    return f"The {what} had {len(text)} characters, more than {limit}; it was cut."


def _cut(answer: Any, *, sets_variables: bool) -> NodeResult:
    text = encode(answer.result)
    limit = settings().result_limit
    if len(text) <= limit:
        return answer  # type: ignore[no-any-return]  # its shape was checked
    if sets_variables and isinstance(answer, Succeeded):
        raise VariablesTooLarge(len(text), limit)
    note = _too_long("result", text, limit)
    cut = {"cut": text[: limit // 2], "note": note}
    match answer:
        case Succeeded():
            return replace(answer, result=cut, log=f"{answer.log}\n{note}".strip())
        case _:
            return replace(answer, result=cut)  # type: ignore[no-any-return]  # the same


def _checked_round(answer: Round) -> Round:
    """Refuse an item that would make each commit inside the body a heavy one."""
    size, limit = len(encode([answer.item, answer.state])), settings().result_limit
    if size > limit:
        raise RoundTooLarge(size, limit)
    return answer


def _check_shape(answer: object, call: Call) -> None:
    """Find now, while it belongs to the node, what would fail when it is settled."""
    loops, forks = call.compiled.handler.loops, call.compiled.handler.forks
    match answer:
        case Succeeded(branch=branch, log=log) if not loops or branch is None:
            hash(branch)
            readable(log)
        case Round(branch=branch) if loops:
            hash(branch)
        case Fork(branches=names) if forks and 0 < len(set(names)) == len(names):
            return
        case Waiting() if call.method in {"after_round", "after_failure"}:
            raise AnswerNotUnderstood(answer)
        case Waiting(until=None):
            return
        case Waiting(until=datetime() as until) if until.utcoffset() is not None:
            return
        case Failed(message=message) | Ended(message=message):
            readable(message)
        case _:
            raise AnswerNotUnderstood(answer)
