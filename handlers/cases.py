"""Cases of a switch: named conditions, each asked only if those before are not met."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from handlers.comparisons import holds
from handlers.fields import truth_of
from workflows.expressions import compile_value
from workflows.forms import ValueField, holds_expression
from workflows.rules import RulesRefused, check_shape, fold

#: What a case may be called; the name of the branch that is taken in no case.
NAME, OTHERWISE = re.compile(r"[a-z][a-z0-9_]{0,62}"), "otherwise"
MOST = 50
_PARTS = {"name", "title", "rules", "expression"}


@dataclass(frozen=True, slots=True)
class Case:
    """One condition, ready to be asked."""

    name: str
    #: Gives the rules or the value of the expression in a scope.
    render: Callable[[Mapping[str, Any]], Any]
    by_rules: bool

    def is_met(self, scope: Mapping[str, Any]) -> bool:
        value = self.render(scope)
        if not self.by_rules:
            return truth_of(value)
        return fold(value, holds, {"all": all, "any": any})


class CasesField(ValueField):
    """A list of cases: `[{"name", "title", "rules"}, {"name", "expression"}, …]`.

    In the configuration a list of `Case`.
    """

    def accepts_text(self, value: str) -> bool:
        return False

    def validate(self, value: Any) -> None:
        super().validate(value)
        if not isinstance(value, list) or not 0 < len(value) <= MOST:
            message = gettext("Enter a list of 1 to %(most)d cases: %(example)s.")
            example = '[{"name": "large", "expression": "{{ trigger.data.n > 9 }}"}]'
            raise ValidationError(message % {"most": MOST, "example": example})
        for case in value:
            _check(case)
        _check_names([case["name"] for case in value])

    def compile(self, value: Sequence[Mapping[str, Any]]) -> list[Case]:
        return [
            Case(
                case["name"],
                compile_value(case.get("rules") or case.get("expression")).render,
                by_rules="rules" in case,
            )
            for case in value
        ]


def _check(case: object) -> None:
    if not isinstance(case, Mapping) or not isinstance(case.get("name"), str):
        message = gettext("A case is an object with a name, not %(case)s.")
        raise ValidationError(message % {"case": str(case)[:100]})
    if problem := _problem_of(case):
        problem = f"{case['name']}: {problem}"
        raise ValidationError(problem)


def _problem_of(case: Mapping[str, Any]) -> str:
    if unknown := sorted(map(str, case.keys() - _PARTS)):
        message = gettext("'%(name)s' is no part of a case; the parts are: %(known)s.")
        return message % {"name": unknown[0], "known": ", ".join(sorted(_PARTS))}
    if not NAME.fullmatch(case["name"]) or case["name"] == OTHERWISE:
        return gettext(
            "A name has small letters, digits and _, begins with a letter, and is not "
            "'otherwise'."
        )
    if not isinstance(case.get("title", ""), str):
        return gettext("A title is a text.")
    if ("rules" in case) == ("expression" in case):
        return gettext("Give either rules or an expression.")
    return _problem_of_rules(case["rules"]) if "rules" in case else _vague(case)


def _problem_of_rules(rules: object) -> str:
    try:
        check_shape(rules, "left")
    except RulesRefused as error:
        return str(error)
    return ""


def _vague(case: Mapping[str, Any]) -> str:
    expression = case["expression"]
    if isinstance(expression, str) and holds_expression(expression):
        return ""
    return gettext("Write the condition in double braces: {{ … }}.")


def _check_names(names: Sequence[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            message = gettext("Two cases are called '%(name)s'.")
            raise ValidationError(message % {"name": name})
