"""A Python function of the project."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from handlers.functions import FunctionUnknown, WorkflowFunction, find, functions
from handlers.logs import collected
from workflows.contracts import (
    Effect,
    NodeHandler,
    NodeResult,
    NodeRun,
    Shape,
    Succeeded,
)
from workflows.exceptions import WorkflowError
from workflows.forms import NodeForm

#: What the fields of arguments begin with.
PREFIX = "arguments."


class FunctionField(forms.ChoiceField):
    """A function that is registered, or stands in a listed module; by its name."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=self.offered, **options)

    @staticmethod
    def offered() -> list[tuple[str, str]]:
        found = [(each.name, f"{each.title} ({each.name})") for each in functions()]
        return [("", "---------"), *sorted(found, key=lambda choice: choice[1])]

    def validate(self, value: str) -> None:
        forms.Field.validate(self, value)
        if value:
            try:
                find(value)
            except WorkflowError as error:
                raise ValidationError(str(error)) from error


class FunctionForm(NodeForm):
    """Names the function; it has a field for each of its arguments."""

    function = FunctionField(
        label=_("Function"),
        help_text=_("Its arguments are asked for once it is chosen."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        chosen = self._chosen()
        if chosen is None:
            return
        if chosen.description:
            self.fields["function"].help_text = chosen.description
        for each in chosen.parameters:
            self.fields[f"{PREFIX}{each.name}"] = each.field()

    def _chosen(self) -> WorkflowFunction | None:
        given = self.data if self.is_bound else self.initial
        name = self.add_prefix("function") if self.is_bound else "function"
        try:
            return find(str(given.get(name) or ""))
        except WorkflowError:
            # The field says so.
            return None

    @classmethod
    def flat(cls, config: Mapping[str, Any]) -> dict[str, Any]:
        flat = dict(config)
        if isinstance(flat.get("arguments"), Mapping):
            given = flat.pop("arguments")
            flat |= {f"{PREFIX}{name}": value for name, value in given.items()}
        return flat

    @property
    def config(self) -> dict[str, Any]:
        flat = super().config
        given = {
            name.removeprefix(PREFIX): flat.pop(name)
            for name in [*flat]
            if name.startswith(PREFIX)
        }
        return {**flat, **({"arguments": given} if given else {})}


class Function(NodeHandler):
    """Gives what the function gives, once that is held to its annotation.

    Arguments are stored as `{"function": "shop.price", "arguments": {"amount": 5}}`;
    those that are left empty have the default of the function. It runs outside of the
    engine's transaction, async functions too. What it logs stands in the log of the
    node, or in the traceback if it raises.
    """

    type = "function"
    faults = (
        (
            "The function is not offered any more, or its arguments are wrong",
            "error",
        ),
        (
            "The function raises",
            "error",
        ),
    )
    title = _("Python function")
    group = "outside"
    description = _("Calls a function of this project.")
    effect = Effect.OUTSIDE
    form_class = FunctionForm

    def run(self, run: NodeRun) -> NodeResult:
        function = find(run.config["function"])
        with collected() as lines:
            result = function(_arguments(function, run.config), run.idempotency_key)
        return Succeeded(result, log=str(lines))

    def result_shape(self, config: Mapping[str, Any]) -> Shape:
        try:
            sort = find(str(config.get("function") or "")).returns.sort
        except FunctionUnknown:
            return Shape()
        return Shape(sort.kind) if sort is not None else Shape()


def _arguments(function: WorkflowFunction, config: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what is empty, where the function has a default of its own."""
    found = {}
    for each in function.parameters:
        value = config.get(f"{PREFIX}{each.name}")
        if value in (None, "") and each.has_default:
            continue
        found[each.name] = None if value == "" and each.annotation.optional else value
    return found
