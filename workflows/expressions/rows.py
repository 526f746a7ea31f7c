"""Functions that choose among rows, which are objects in a list."""

from collections.abc import Callable
from typing import Any

from workflows.expressions.coercion import items
from workflows.expressions.faults import Fault, Invalid, Missing
from workflows.expressions.limits import Meter
from workflows.expressions.lists import keys_of, of, walk
from workflows.expressions.questions import QUESTIONS, equal
from workflows.expressions.wording import nearest


def rows_with(meter: Meter, values: Any, attribute: Any, value: Any) -> list[Any]:
    """Keep the rows whose attribute equals the value; rows without it go."""
    keys = keys_of(attribute)
    return [item for item in items(values) if matches(meter, item, keys, value)]


def matches(meter: Meter, item: Any, keys: list[str], value: Any) -> bool:
    try:
        return bool(equal(meter, walk(item, keys), value))
    except Missing:
        return False


def lookup(
    meter: Meter, values: Any, attribute: Any, value: Any, result: Any = None
) -> Any:
    """Return the first row whose attribute equals the value, or one part of it."""
    found = rows_with(meter, values, attribute, value)
    return of(found[0], result) if found else None


def select(
    meter: Meter, values: Any, attribute: Any, test: Any = None, *arguments: Any
) -> Any:
    """Keep the rows whose attribute passes a test; without one, is true."""
    passes = condition(meter, attribute, test, arguments)
    return [row for row in items(values) if passes(row)]


def reject(
    meter: Meter, values: Any, attribute: Any, test: Any = None, *arguments: Any
) -> Any:
    passes = condition(meter, attribute, test, arguments)
    return [row for row in items(values) if not passes(row)]


def condition(
    meter: Meter, attribute: Any, test: Any, arguments: tuple[Any, ...]
) -> Callable[[Any], bool]:
    """Return the test of one row."""
    if test is None:
        return lambda row: bool(of(row, attribute))
    if test in ("defined", "undefined"):
        return lambda row: defined(row, attribute) is (test == "defined")
    question = QUESTIONS.get(test) if isinstance(test, str) else None
    if question is None:
        close = nearest(str(test), QUESTIONS)
        raise Invalid(test, f"is no test.{close}" if close else "is no test")
    if fault := question.fault(1 + len(arguments)):
        raise Fault(fault)
    return lambda row: bool(question.run(meter, of(row, attribute), *arguments))


def defined(row: Any, attribute: Any) -> bool:
    try:
        of(row, attribute)
    except Missing:
        return False
    return True
