"""Variables of an execution: set, and changed from what they were."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy as _

from workflows.contracts import (
    Field,
    NodeHandler,
    NodeResult,
    NodeRun,
    Shape,
    Succeeded,
    shape_of_fields,
)
from workflows.exceptions import WorkflowError
from workflows.expressions import compile_text
from workflows.forms import MappingField, NodeForm

#: A name that expressions can write as `vars.name`.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,62}")
_SUM = compile_text("{{ old + by }}")


class CannotChange(WorkflowError):
    """A variable holds what cannot be changed in this way."""

    def __init__(self, name: str, old: object, needed: str) -> None:
        super().__init__(
            f"The variable '{name}' is '{str(old)[:50]}' ({type(old).__name__}); "
            f"{needed}. Set it first, or set it to something else."
        )


class CannotAdd(WorkflowError):
    """Something that is no number or object is to be added to a variable."""

    def __init__(self, name: str, by: object, needed: str) -> None:
        super().__init__(
            f"'{str(by)[:50]}' ({type(by).__name__}) cannot be added to the variable "
            f"'{name}'; {needed}."
        )


class VariablesField(MappingField):
    """Values by the names of variables, which may be expressions."""

    def validate(self, value: Any) -> None:
        super().validate(value)
        for name in value or ():
            if not _NAME.fullmatch(name):
                message = gettext(
                    "'%s' is no name of a variable. Use letters, digits and _, and "
                    "begin with a letter."
                )
                raise ValidationError(message % name)


class VariablesForm(NodeForm):
    """Says which variables get which values, or what is added to them."""

    set = VariablesField(
        label=_("Set"),
        required=False,
        hint="",
        help_text=_('What they become: {"total": 0, "first": "{{ nodes.a }}"}.'),
    )
    add = VariablesField(
        label=_("Add a number"),
        required=False,
        hint=_("A variable begins with 0."),
        help_text=_('{"total": "{{ loop.item.price }}", "left": -1}; begins with 0.'),
    )
    append = VariablesField(
        label=_("Append to a list"),
        required=False,
        hint=_("The value becomes the last item."),
        help_text=_('One item each: {"names": "{{ loop.item.name }}"}.'),
    )
    merge = VariablesField(
        label=_("Put into an object"),
        required=False,
        hint=_('An object such as {"tea": 7}; its keys replace those of that name.'),
        help_text=_('{"stock": {"tea": 7}}: its keys replace those of the same name.'),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        seen: dict[str, str] = {}
        for field in WAYS:
            for name in cleaned.get(field) or ():
                if name in seen:
                    message = gettext("'%s' is changed in two ways; choose one.") % name
                    self.add_error(field, message)
                seen[name] = field
        if not seen and not self.errors:
            self.add_error("set", gettext("Name a variable."))
        return cleaned


class Variables(NodeHandler):
    """Gives the variables that it has changed; later nodes see all as `vars`.

    They are kept with the results, so that they survive waits and crashes. In a loop
    each round goes on with what the one before has left. A variable that was not set
    yet is 0, an empty list or an empty object to what is added. All variables that one
    node changes must fit into a result (`RESULT_LIMIT`).
    """

    type = "variables"
    faults = (
        (
            "A variable is changed in a way that its value does not allow",
            "error",
        ),
        (
            "The variables are too large",
            "error",
        ),
    )
    title = _("Variables")
    group = "values"
    description = _("Sets values that later nodes can read and change.")
    form_class = VariablesForm
    sets_variables = True

    def run(self, run: NodeRun) -> NodeResult:
        known = run.scope.get("vars", {})
        return Succeeded(
            {
                name: change(name, known.get(name), value)
                for way, change in WAYS.items()
                for name, value in (run.config[way] or {}).items()
            }
        )

    def result_shape(self, config: Mapping[str, Any]) -> Shape:
        stored = [config[way] for way in WAYS if isinstance(config[way], Mapping)]
        return shape_of_fields(*(Field(name) for names in stored for name in names))


def _set(_name: str, _old: object, value: Any) -> Any:
    return value


def _add(name: str, old: Any, by: Any) -> Any:
    if not _is_number(by):
        raise CannotAdd(name, by, "only numbers can")
    old = 0 if old is None else old
    if not _is_number(old):
        raise CannotChange(name, old, "a number can be added to numbers only")
    return _SUM.render({"old": old, "by": by})


def _append(name: str, old: Any, item: Any) -> Any:
    if not isinstance(old, list | tuple | None):
        raise CannotChange(name, old, "only lists can be appended to")
    return [*(old or ()), item]


def _merge(name: str, old: Any, value: Any) -> Any:
    if not isinstance(value, Mapping):
        raise CannotAdd(name, value, "only objects can")
    if not isinstance(old, Mapping | None):
        raise CannotChange(name, old, "something can be put into objects only")
    return {**(old or {}), **value}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


#: How variables are changed, by the setting that says so.
WAYS: Mapping[str, Callable[[str, Any, Any], Any]] = {
    "set": _set,
    "add": _add,
    "append": _append,
    "merge": _merge,
}
