"""Rules in groups of and / or: their shape and operators, whatever they compare.

A document is `{"match": "all" | "any", "rules": [rule or group, ...]}`; a rule is
`{"<subject>": ..., "op": "eq", "value": ...}`. A group inside is a document again.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeAlias, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy as _

from workflows.exceptions import WorkflowError
from workflows.forms import ValueField

T = TypeVar("T")
Rule: TypeAlias = Mapping[str, Any]

ALL, ANY = "all", "any"
#: Groups inside each other, and rules in a document: more is a mistake.
MAX_DEPTH, MAX_RULES = 10, 200


class Takes(Enum):
    """What an operator compares with."""

    NOTHING = "nothing"
    VALUE = "value"
    LIST = "list"
    PAIR = "pair"


@dataclass(frozen=True, slots=True)
class Operator:
    """One way to compare."""

    title: Any
    takes: Takes = Takes.VALUE
    #: Compares texts only.
    of_texts: bool = False
    #: Needs values that have an order.
    of_ordered: bool = False


OPERATORS: Mapping[str, Operator] = {
    "eq": Operator(_("is")),
    "ne": Operator(_("is not")),
    "lt": Operator(_("is less than"), of_ordered=True),
    "lte": Operator(_("is at most"), of_ordered=True),
    "gt": Operator(_("is greater than"), of_ordered=True),
    "gte": Operator(_("is at least"), of_ordered=True),
    "between": Operator(_("is between"), Takes.PAIR, of_ordered=True),
    "in": Operator(_("is one of"), Takes.LIST),
    "not_in": Operator(_("is none of"), Takes.LIST),
    "contains": Operator(_("contains"), of_texts=True),
    "icontains": Operator(_("contains, in any case"), of_texts=True),
    "starts_with": Operator(_("starts with"), of_texts=True),
    "ends_with": Operator(_("ends with"), of_texts=True),
    "is_empty": Operator(_("is empty"), Takes.NOTHING),
    "is_not_empty": Operator(_("is not empty"), Takes.NOTHING),
}


class RulesRefused(WorkflowError):
    """A document of rules has a wrong shape."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)


def check_shape(document: object, subject: str) -> None:
    """Raise `RulesRefused` unless it is a group of rules about `subject`."""
    if sum(1 for _rule in _checked(document, subject, 0)) > MAX_RULES:
        raise RulesRefused(gettext("More than %(n)d rules.") % {"n": MAX_RULES})


def rules_of(document: Mapping[str, Any]) -> Iterator[Rule]:
    """Go through the rules of all groups."""
    for rule in document.get("rules", ()):
        if "rules" in rule:
            yield from rules_of(rule)
        else:
            yield rule


def fold(
    document: Mapping[str, Any],
    leaf: Callable[[Rule], T],
    join: Mapping[str, Callable[[Iterable[T]], T]],
) -> T:
    """Turn each rule into a value by `leaf`, and groups by `join["all"]` or `["any"]`.

    Values are made when the joining function asks for them.
    """
    return join[document.get("match", ALL)](
        fold(rule, leaf, join) if "rules" in rule else leaf(rule)
        for rule in document["rules"]
    )


def _checked(group: object, subject: str, depth: int) -> Iterator[Rule]:
    if not isinstance(group, Mapping) or not isinstance(group.get("rules"), list):
        example = '{"match": "all", "rules": []}'
        raise RulesRefused(
            gettext("Enter a group of rules, such as %(example)s.")
            % {"example": example}
        )
    if depth > MAX_DEPTH:
        raise RulesRefused(gettext("The groups are nested too deeply."))
    _require_keys(group, {"match", "rules"}, {"rules"})
    if group.get("match", ALL) not in {ALL, ANY}:
        raise RulesRefused(gettext("A group matches 'all' or 'any' of its rules."))
    if depth and not group["rules"]:
        raise RulesRefused(gettext("A group inside a group needs a rule."))
    for rule in group["rules"]:
        if isinstance(rule, Mapping) and "rules" in rule:
            yield from _checked(rule, subject, depth + 1)
        else:
            yield _checked_rule(rule, subject)


def _checked_rule(rule: object, subject: str) -> Rule:
    if not isinstance(rule, Mapping):
        raise RulesRefused(
            gettext("A rule is an object, not %(rule)r.") % {"rule": rule}
        )
    name = rule.get("op")
    operator = OPERATORS.get(name) if isinstance(name, str) else None
    if operator is None:
        raise RulesRefused(
            gettext("There is no operator '%(op)s'. Operators: %(known)s.")
            % {"op": name, "known": ", ".join(OPERATORS)}
        )
    has_value = operator.takes is not Takes.NOTHING
    required = {subject, "op", "value"} if has_value else {subject, "op"}
    _require_keys(rule, {subject, "op", "value"}, required)
    return rule


def _require_keys(rule: Mapping[str, Any], known: set[str], required: set[str]) -> None:
    if unknown := sorted(map(str, rule.keys() - known)):
        raise RulesRefused(
            gettext("'%(name)s' is no part of a rule; the parts are: %(known)s.")
            % {"name": unknown[0], "known": ", ".join(sorted(known))}
        )
    if missing := sorted(required - rule.keys()):
        raise RulesRefused(
            gettext("The rule %(rule)s lacks '%(name)s'.")
            % {"rule": dict(rule), "name": missing[0]}
        )


class RulesWidget(forms.Textarea):
    """JSON, which scripts show as rows of rules; without them it stays JSON."""

    template_name = "admin/workflows/editor/rules.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"rows": 4, **(attrs or {})})
        #: What a rule is about, and whose fields it asks; empty: those of its form.
        self.subject, self.collection = "left", ""

    def get_context(
        self, name: str, value: Any, attrs: dict[str, Any] | None
    ) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        more = {"subject": self.subject, "collection": self.collection}
        context["widget"] |= more
        return {**context, "operators": OPERATORS}


class RulesField(ValueField):
    """Rules in groups; the values compared may be expressions."""

    subject = "left"
    widget: Any = RulesWidget

    def __init__(self, *, collection: str = "", **options: Any) -> None:
        super().__init__(**options)
        if isinstance(self.widget, RulesWidget):
            self.widget.subject = self.subject
            self.widget.collection = collection

    def accepts_text(self, value: str) -> bool:
        return False

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is not None:
            try:
                check_shape(value, self.subject)
            except RulesRefused as error:
                raise ValidationError(str(error)) from error
