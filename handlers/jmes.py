"""JMESPath over results: values keep their types, and every step is counted."""

import json
from collections.abc import Callable, Mapping
from datetime import date, time
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

from jmespath import exceptions, functions, parser, visitor

from workflows.exceptions import WorkflowError

#: Characters of a query, its brackets inside each other, and its parts.
MAX_QUERY, MAX_BRACKETS, MAX_PARTS = 2_000, 30, 500
#: Work of one query: values visited, and characters / 10; some 50 ms.
MAX_WORK = 200_000
#: Characters of any text on the way.
MAX_TEXT = 1_000_000
_OPENING = "[({"
_SCALARS = (date, time, UUID)
#: What a query on unfit values raises.
_FAULTS = (
    exceptions.JMESPathError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


class QueryRefused(WorkflowError):
    """A JMESPath expression that cannot be understood."""

    def __init__(self, query: str, problem: str) -> None:
        super().__init__(f"The query {_short(query)} is not JMESPath: {problem}")


class QueryFailed(WorkflowError):
    """A JMESPath expression that these values have no answer to."""

    def __init__(self, query: str, problem: str) -> None:
        super().__init__(f"The query {_short(query)} failed: {problem}")


class _TooMuch(Exception):
    """Ends a query that asks for more than the caps allow."""


def search(query: str, source: Any) -> Any:
    """Give what the query finds in JSON-like values; nothing where it finds none.

    Decimals are numbers; dates, times and UUIDs are found, sorted, and compared with
    ISO texts. Raises `QueryRefused` or `QueryFailed`.
    """
    tree = parsed(query)
    interpreter = _Interpreter()
    try:
        found = interpreter.visit(tree, source)
        interpreter.weigh(found)
    except _TooMuch as error:
        raise QueryFailed(query, str(error)) from None
    except _FAULTS as error:
        raise QueryFailed(query, _sentence(error)) from error
    return found


@lru_cache(maxsize=512)
def parsed(query: str) -> Any:
    """Read a query; raise `QueryRefused`."""
    if len(query) > MAX_QUERY:
        raise QueryRefused(query, f"it has more than {MAX_QUERY} characters.")
    if _depth(query) > MAX_BRACKETS:
        raise QueryRefused(query, f"more than {MAX_BRACKETS} brackets are open.")
    try:
        tree = parser.Parser().parse(query).parsed
    except (exceptions.JMESPathError, RecursionError, ValueError) as error:
        raise QueryRefused(query, _sentence(error)) from error
    if (parts := _parts(tree)) > MAX_PARTS:
        problem = f"it has {parts} parts, more than {MAX_PARTS}."
        raise QueryRefused(query, problem)
    _check_calls(query, tree)
    return tree


def _check_calls(query: str, tree: Mapping[str, Any]) -> None:
    """Find misspelt functions while the query is written, not when it runs."""
    known = _Functions.FUNCTION_TABLE
    for part in _walk(tree):
        if part["type"] == "function_expression" and part["value"] not in known:
            names = ", ".join(sorted(known))
            problem = f"there is no function '{part['value']}'. Functions: {names}."
            raise QueryRefused(query, problem)


def _walk(tree: Mapping[str, Any]) -> Any:
    waiting = [tree]
    while waiting:
        part = waiting.pop()
        yield part
        waiting.extend(child for child in part["children"] if isinstance(child, dict))


def _parts(tree: Mapping[str, Any]) -> int:
    return sum(1 for _part in _walk(tree))


def _depth(query: str) -> int:
    """Count brackets that are open at once; those inside texts count as well."""
    deepest = depth = 0
    for sign in query:
        depth += (sign in _OPENING) - (sign in "])}")
        deepest = max(deepest, depth)
    return deepest


def _sentence(error: Exception) -> str:
    match error:
        case RecursionError():
            return "it is nested too deeply."
        case exceptions.JMESPathTypeError():
            shown, name = str(error.current_value)[:50], error.function_name
            takes = ", ".join(error.expected_types)
            return f"{name}() takes {takes}, not {shown!r} ({error.actual_type})."
        case exceptions.LexerError():
            return f"{error.message} at column {error.lexer_position + 1}."
        case exceptions.ParseError() if not isinstance(error, exceptions.ArityError):
            return f"{error.msg} at column {error.lex_position + 1}."
        case _:
            text = str(error) or type(error).__name__
            return f"{text[:200].rstrip('.')}."


def _short(query: str) -> str:
    return repr(query if len(query) <= 80 else f"{query[:79]}…")  # noqa: PLR2004 - a line


def _is_decimal(values: Any) -> bool:
    return any(isinstance(value, Decimal) for value in values)


F = TypeVar("F", bound=Callable[..., Any])


def _takes(*arguments: Mapping[str, Any]) -> Callable[[F], F]:
    mark: Callable[[F], F] = functions.signature(*arguments)
    return mark


class _Functions(functions.Functions):  # type: ignore[misc]  # it has no types
    """The functions of JMESPath, which know Decimals and dates as well."""

    def _get_allowed_pytypes(self, types: Any) -> Any:
        allowed, inside = super()._get_allowed_pytypes(types)
        return _with_decimals(allowed), [_with_decimals(each) for each in inside]

    def _convert_to_jmespath_type(self, pyobject: str) -> Any:
        known = {"Decimal": "number", "date": "string", "datetime": "string"}
        return known.get(pyobject) or super()._convert_to_jmespath_type(pyobject)

    @_takes({"types": ["array-number"]})
    def _func_sum(self, numbers: Any) -> Any:
        return sum(_alike(numbers))

    @_takes({"types": ["array-number"]})
    def _func_avg(self, numbers: Any) -> Any:
        return sum(_alike(numbers)) / len(numbers) if numbers else None

    @_takes({"types": []})
    def _func_to_number(self, value: Any) -> Any:
        if isinstance(value, Decimal):
            return value
        return super()._func_to_number(value)

    @_takes({"types": []})
    def _func_to_string(self, value: Any) -> str:
        if isinstance(value, str):
            return value
        if isinstance(value, Decimal | UUID):
            return str(value)
        if isinstance(value, date | time):
            return value.isoformat()
        return json.dumps(value, separators=(",", ":"), default=str)

    @_takes({"types": []})
    def _func_type(self, value: Any) -> Any:
        if isinstance(value, Decimal):
            return "number"
        if isinstance(value, _SCALARS):
            return "string"
        return super()._func_type(value)

    @_takes({"types": ["string"]}, {"types": ["array-string"]})
    def _func_join(self, separator: str, texts: Any) -> str:
        if len(separator) * len(texts) + sum(map(len, texts)) > MAX_TEXT:
            message = f"a text would have more than {MAX_TEXT} characters."
            raise _TooMuch(message)
        return separator.join(texts)


def _with_decimals(names: Any) -> list[str]:
    return [*names, "Decimal"] if "int" in names else list(names)


def _alike(numbers: Any) -> Any:
    """Let floats be Decimals where there are Decimals; the two do not add up."""
    if not _is_decimal(numbers):
        return numbers
    return [Decimal(str(n)) if isinstance(n, float) else n for n in numbers]


class _Interpreter(visitor.TreeInterpreter):  # type: ignore[misc]  # it has no types
    """Runs a query, and pays for each value that it looks at."""

    def __init__(self) -> None:
        super().__init__()
        self._functions = _Functions()
        self._left = MAX_WORK

    def visit(self, node: Any, *args: Any, **kwargs: Any) -> Any:
        found = super().visit(node, *args, **kwargs)
        size = len(found) if isinstance(found, list | dict) else 0
        self._spend(1 + (len(found) // 10 if isinstance(found, str) else size))
        return found

    def visit_flatten(self, node: Any, value: Any) -> Any:
        base = self.visit(node["children"][0], value)
        if not isinstance(base, list):
            return None
        # Before, for one list may be in it a thousand times.
        self._spend(sum(len(each) for each in base if isinstance(each, list)))
        found: list[Any] = []
        for each in base:
            found.extend(each if isinstance(each, list) else [each])
        return found

    def visit_comparator(self, node: Any, value: Any) -> Any:
        left, right = (self._paid(self.visit(n, value)) for n in node["children"])
        if isinstance(left, str) or isinstance(right, str):
            left, right = _as_text(left), _as_text(right)
        compare: Callable[[Any, Any], Any] = self.COMPARATOR_FUNC[node["value"]]
        if node["value"] in self._EQUALITY_OPS:
            return compare(left, right)
        return compare(left, right) if _have_order(left, right) else None

    def visit_function_expression(self, node: Any, value: Any) -> Any:
        given = [self._paid(self.visit(each, value)) for each in node["children"]]
        return self._functions.call_function(node["value"], given)

    def weigh(self, value: Any) -> None:
        """Pay for every part of a value; what is shared counts each time."""
        waiting = [value]
        while waiting:
            part = waiting.pop()
            self._spend(1 + (len(part) // 10 if isinstance(part, str) else 0))
            if isinstance(part, Mapping):
                waiting.extend(part.values())
            elif isinstance(part, list | tuple):
                waiting.extend(part)
            self._spend(0, len(waiting))

    def _paid(self, value: Any) -> Any:
        self.weigh(value)
        return value

    def _spend(self, work: int, ahead: int = 0) -> None:
        self._left -= work
        if self._left < ahead:
            message = f"it takes more than {MAX_WORK} steps. Select less at first."
            raise _TooMuch(message)


def _as_text(value: Any) -> Any:
    """Write a date as ISO text, for a text is what it is compared with."""
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _have_order(left: Any, right: Any) -> bool:
    """Order numbers, texts and moments among their like; JMESPath gives null else."""
    kinds: list[type | tuple[type, ...]] = [(int, float, Decimal), str, date, time]
    if isinstance(left, bool) or isinstance(right, bool):
        return False
    return any(isinstance(left, k) and isinstance(right, k) for k in kinds)
