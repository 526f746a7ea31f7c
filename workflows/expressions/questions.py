"""The tests after `is`, as in `{{ total is number }}`."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from workflows.expressions.coercion import whole
from workflows.expressions.comparisons import compare, contains
from workflows.expressions.faults import Unfit
from workflows.expressions.limits import Meter
from workflows.expressions.operations import table
from workflows.expressions.operators import Number


def comparison(name: str) -> Any:
    def compared(meter: Meter, value: Any, other: Any) -> bool:
        return compare(meter, name, value, other)

    return compared


equal, unequal = comparison("eq"), comparison("ne")
less, at_most = comparison("lt"), comparison("lteq")
more, at_least = comparison("gt"), comparison("gteq")


def is_none(value: Any) -> bool:
    return value is None


def is_number(value: Any) -> bool:
    return isinstance(value, Number) and not isinstance(value, bool)


def is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def is_float(value: Any) -> bool:
    return isinstance(value, float)


def is_decimal(value: Any) -> bool:
    return isinstance(value, Decimal)


def is_boolean(value: Any) -> bool:
    return isinstance(value, bool)


def is_true(value: Any) -> bool:
    return value is True


def is_false(value: Any) -> bool:
    return value is False


def is_string(value: Any) -> bool:
    return isinstance(value, str)


def is_mapping(value: Any) -> bool:
    return isinstance(value, Mapping)


def is_sequence(value: Any) -> bool:
    return isinstance(value, list | tuple)


def is_date(value: Any) -> bool:
    return isinstance(value, date)


def is_empty(value: Any) -> bool:
    """Say whether there is nothing, an empty text, list or object."""
    if value is None or isinstance(value, str | list | tuple | Mapping):
        return not value
    return False


def is_even(value: Any) -> bool:
    return whole(value) % 2 == 0


def is_odd(value: Any) -> bool:
    return whole(value) % 2 == 1


def is_divisible(value: Any, divisor: Any) -> bool:
    return whole(value) % whole(divisor) == 0


def is_in(meter: Meter, value: Any, whole_: Any) -> bool:
    return contains(meter, value, whole_)


def is_upper(value: Any) -> bool:
    return cased(value).isupper()


def is_lower(value: Any) -> bool:
    return cased(value).islower()


def cased(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise Unfit(value, "a text")


QUESTIONS = table(
    {
        "boolean": is_boolean,
        "date": is_date,
        "decimal": is_decimal,
        "divisibleby": is_divisible,
        "empty": is_empty,
        "eq": equal,
        "even": is_even,
        "false": is_false,
        "float": is_float,
        "ge": at_least,
        "gt": more,
        "in": is_in,
        "integer": is_integer,
        "le": at_most,
        "lower": is_lower,
        "lt": less,
        "mapping": is_mapping,
        "ne": unequal,
        "none": is_none,
        "number": is_number,
        "odd": is_odd,
        "sequence": is_sequence,
        "string": is_string,
        "true": is_true,
        "upper": is_upper,
    },
    metered={"eq", "ge", "gt", "in", "le", "lt", "ne"},
)
