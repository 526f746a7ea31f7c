"""Filters over collections: rules become a query, by an allow-list of operators.

A rule is `{"field": "customer.email", "op": "eq", "value": ...}`. Nothing of a rule
reaches the ORM but a path through real fields, a lookup of the table below, and a
value that the field itself has read.
"""

import operator
from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from typing import Any

from django.db.models import CharField, JSONField, Model, Q, QuerySet, TextField

from workflows.coercion import ValueRefused, coerce
from workflows.exceptions import WorkflowError
from workflows.forms import holds_expression
from workflows.paths import Path, path_of
from workflows.rules import (
    ALL,
    ANY,
    OPERATORS,
    Operator,
    Rule,
    RulesField,
    Takes,
    fold,
    rules_of,
)

_LOOKUPS = {
    "eq": "exact",
    "ne": "exact",
    "lt": "lt",
    "lte": "lte",
    "gt": "gt",
    "gte": "gte",
    "between": "range",
    "in": "in",
    "not_in": "in",
    "contains": "contains",
    "icontains": "icontains",
    "starts_with": "startswith",
    "ends_with": "endswith",
}
_NEGATED = {"ne", "not_in", "is_not_empty"}
#: Values that an operator of lists may get.
MAX_VALUES = 1_000


class OperatorDoesNotFit(WorkflowError):
    """An operator that the field cannot be asked with."""

    def __init__(self, field: str, op: str) -> None:
        super().__init__(
            f"The field '{field}' cannot be compared with '{op}'. "
            "Use eq, ne, in, not_in, is_empty or is_not_empty."
        )


def is_open(document: Mapping[str, Any] | None) -> bool:
    """Tell whether a filter lets everything through: it has no rules."""
    return not document or not any(True for _rule in rules_of(document))


def check_filter(model: type[Model], document: Mapping[str, Any]) -> None:
    """Raise a `WorkflowError` for the first rule that `model` cannot answer.

    Values that are expressions are unknown yet; `matching` checks them.
    """
    for rule in rules_of(document):
        path = _path(model, rule)
        if "value" in rule and not holds_expression(rule["value"]):
            _value(path, rule)


def matching(model: type[Model], document: Mapping[str, Any] | None) -> Q:
    """Make the query of a filter; without rules it lets everything through."""
    if document is None or is_open(document):
        return Q()
    join: dict[str, Callable[[Iterable[Q]], Q]] = {
        ALL: lambda parts: reduce(operator.and_, parts),
        ANY: lambda parts: reduce(operator.or_, parts),
    }
    return fold(document, lambda rule: _query(model, rule), join)


def filtered(
    model: type[Model], document: Mapping[str, Any] | None
) -> "QuerySet[Model]":
    """Give the records that fit a filter, each of them once."""
    rows = model._default_manager.filter(matching(model, document))
    rules = rules_of(document or {})
    if any(path_of(model, rule["field"]).is_list for rule in rules):
        return model._default_manager.filter(pk__in=rows.order_by().values("pk"))
    return rows


def fits(path: Path, op: Operator) -> bool:
    """Tell whether the field at the end of a path can be compared that way."""
    no_text = not isinstance(path.field, CharField | TextField) or path.is_relation
    no_order = isinstance(path.field, JSONField) or path.is_relation
    return not ((op.of_texts and no_text) or (op.of_ordered and no_order))


def _path(model: type[Model], rule: Rule) -> Path:
    path = path_of(model, str(rule["field"]))
    if not fits(path, OPERATORS[rule["op"]]):
        raise OperatorDoesNotFit(str(rule["field"]), rule["op"])
    return path


def _query(model: type[Model], rule: Rule) -> Q:
    path = _path(model, rule)
    if rule["op"] in {"is_empty", "is_not_empty"}:
        query = _is_empty(path)
    else:
        lookup = f"{path.lookup}__{_LOOKUPS[rule['op']]}"
        query = Q((lookup, _value(path, rule)))
    return ~query if rule["op"] in _NEGATED else query


def _is_empty(path: Path) -> Q:
    query = Q((f"{path.lookup}__isnull", True))
    if isinstance(path.field, CharField | TextField) and not path.is_relation:
        query |= Q((path.lookup, ""))
    return query


def _value(path: Path, rule: Rule) -> Any:
    op, value, field = OPERATORS[rule["op"]], rule["value"], path.field
    if op.takes in {Takes.LIST, Takes.PAIR}:
        return [_one(path, rule, each) for each in _list(op.takes, rule)]
    if op.of_texts:
        if not isinstance(value, str) or not value:
            raise ValueRefused(rule["field"], value, ["A text is needed."])
        return value
    return _one(path, rule, value) if not isinstance(field, JSONField) else value


def _one(path: Path, rule: Rule, value: object) -> Any:
    if value is None:
        problem = "Nothing cannot be compared; use is_empty or is_not_empty."
        raise ValueRefused(rule["field"], value, [problem])
    return coerce(path.field, value)


def _list(takes: Takes, rule: Rule) -> list[Any]:
    values = rule["value"]
    if not isinstance(values, list | tuple):
        raise ValueRefused(rule["field"], values, ["A list is needed."])
    if takes is Takes.PAIR and len(values) != 2:  # noqa: PLR2004 - from and to
        raise ValueRefused(rule["field"], values, ["Two values are needed."])
    if len(values) > MAX_VALUES:
        problem = f"A list has at most {MAX_VALUES} values."
        raise ValueRefused(rule["field"], f"{len(values)} values", [problem])
    return list(values)


class FilterField(RulesField):
    """A filter over the collection that its form names."""

    subject = "field"

    def check_against(self, model: type[Model], value: Any) -> None:
        check_filter(model, value)
