"""Arguments of Python functions as form fields, by their annotations."""

import inspect
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from workflows.contracts import Kind
from workflows.exceptions import WorkflowError
from workflows.expressions import is_expression
from workflows.forms import (
    DateTimeExpression,
    ExpressionMixin,
    IntegerExpression,
    TextExpression,
    ValueField,
)


class ArgumentNotSupported(WorkflowError):
    """An argument that no form can ask for."""

    def __init__(self, function: str, name: str, problem: str) -> None:
        super().__init__(
            f"The argument '{name}' of the workflow function '{function}' {problem}."
        )


class FloatExpression(ExpressionMixin, forms.FloatField):
    """A number or an expression."""

    widget = forms.TextInput


class DecimalExpression(ExpressionMixin, forms.DecimalField):
    """An exact number or an expression."""

    widget = forms.TextInput


class DateExpression(ExpressionMixin, forms.DateField):
    """A date or an expression."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> Any:
        # A moment has more to say than a date; its day is meant.
        return super().to_python(value.date() if isinstance(value, datetime) else value)


class BooleanExpression(ExpressionMixin, forms.Field):
    """True or false, or an expression."""

    widget = forms.TextInput
    words = {
        "true": True,
        "yes": True,
        "1": True,
        "false": False,
        "no": False,
        "0": False,
    }

    def to_python(self, value: Any) -> bool | None:
        if value in self.empty_values:
            return None
        word = str(value).strip().lower()
        if word not in self.words:
            raise ValidationError(gettext("Enter true or false, or an expression."))
        return self.words[word]


class ChoiceExpression(ExpressionMixin, forms.Field):
    """One of some values, or an expression."""

    widget = forms.TextInput

    def __init__(self, *, values: tuple[Any, ...], **options: Any) -> None:
        self.values = {str(value): value for value in values}
        known = gettext("One of: %(values)s.") % {"values": ", ".join(self.values)}
        options.setdefault("help_text", known)
        super().__init__(**options)

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        if str(value) not in self.values:
            message = gettext("'%(value)s' is none of: %(known)s.")
            words = {"value": str(value)[:60], "known": ", ".join(self.values)}
            raise ValidationError(message % words)
        return self.values[str(value)]


class StructureField(ValueField):
    """A list or an object, or an expression that gives one."""

    def __init__(self, *, wanted: type, **options: Any) -> None:
        self.wanted = wanted
        super().__init__(**options)

    def accepts_text(self, value: str) -> bool:
        return is_expression(value) and value.lstrip().startswith("{{")

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        return cleaned if is_expression(cleaned) else self._held(cleaned)

    def clean_result(self, value: Any) -> Any:
        """Hold what an expression gave to the type: braces in it are mere text."""
        return self._held(super().clean(value))

    def _held(self, value: Any) -> Any:
        if value in self.empty_values or isinstance(value, self.wanted):
            return value
        is_list = self.wanted is list
        message = gettext("Enter a list.") if is_list else gettext("Enter an object.")
        raise ValidationError(message)


@dataclass(frozen=True, slots=True)
class Sort:
    """What one annotation means: its field, its kind, and what its values are."""

    field_class: Callable[..., forms.Field]
    kind: Kind
    holds: Callable[[Any], bool]
    options: Mapping[str, Any] = field(default_factory=dict)


def _is(*kinds: type, but: tuple[type, ...] = ()) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, kinds) and not isinstance(value, but)


SORTS: dict[Any, Sort] = {
    str: Sort(TextExpression, Kind.TEXT, _is(str), {"strip": False}),
    int: Sort(IntegerExpression, Kind.NUMBER, _is(int, but=(bool,))),
    float: Sort(FloatExpression, Kind.NUMBER, _is(int, float, but=(bool,))),
    Decimal: Sort(DecimalExpression, Kind.NUMBER, _is(Decimal)),
    bool: Sort(BooleanExpression, Kind.BOOLEAN, _is(bool)),
    date: Sort(DateExpression, Kind.DATE, _is(date, but=(datetime,))),
    datetime: Sort(DateTimeExpression, Kind.DATETIME, _is(datetime)),
    list: Sort(StructureField, Kind.LIST, _is(list, tuple), {"wanted": list}),
    dict: Sort(StructureField, Kind.OBJECT, _is(Mapping), {"wanted": dict}),
    Any: Sort(ValueField, Kind.ANY, lambda _value: True),
}


@dataclass(frozen=True, slots=True)
class Annotation:
    """An annotation, taken apart."""

    sort: Sort | None
    optional: bool = False
    help_text: str = ""

    def accepts(self, value: Any) -> bool:
        """Tell whether a value is of this sort; what is unknown accepts all."""
        if self.sort is None:
            return True
        return (self.optional and value is None) or self.sort.holds(value)


def read(annotation: Any) -> Annotation:
    """Take an annotation apart; one that is not known has no sort."""
    if annotation is inspect.Parameter.empty:
        return Annotation(SORTS[Any], optional=True)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        inner = read(arguments[0])
        texts = [each for each in arguments[1:] if isinstance(each, str)]
        return Annotation(inner.sort, inner.optional, " ".join(texts))
    if origin in {Union, types.UnionType}:
        return _union(arguments)
    if origin is Literal:
        return Annotation(_literal(arguments))
    known = SORTS.get(origin or annotation)
    return Annotation(known, optional=annotation is Any)


def _union(members: tuple[Any, ...]) -> Annotation:
    """Read `X | None`; any other union has no sort."""
    rest = [member for member in members if member is not type(None)]
    if len(rest) != 1 or len(rest) == len(members):
        return Annotation(None)
    inner = read(rest[0])
    return Annotation(inner.sort, optional=True, help_text=inner.help_text)


def _literal(values: tuple[Any, ...]) -> Sort:
    options = {"values": values}
    return Sort(ChoiceExpression, Kind.ANY, lambda value: value in values, options)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument of a function, as its form asks for it."""

    name: str
    annotation: Annotation
    default: Any = inspect.Parameter.empty

    @property
    def has_default(self) -> bool:
        return self.default is not inspect.Parameter.empty

    @property
    def is_required(self) -> bool:
        """Tell whether the form insists on a value."""
        return not self.has_default and not self.annotation.optional

    def field(self) -> forms.Field:
        sort = self.annotation.sort
        assert sort is not None  # noqa: S101 - functions with others are refused
        options = {"label": self.name.replace("_", " ").capitalize(), **sort.options}
        if self.annotation.help_text:
            options["help_text"] = self.annotation.help_text
        if self.default not in (inspect.Parameter.empty, None):
            options["initial"] = self.default
        return sort.field_class(required=self.is_required, **options)


def parameters_of(
    function: Callable[..., Any], name: str, hints: Mapping[str, Any], given: set[str]
) -> tuple[Parameter, ...]:
    """Read the arguments of a function, but for those that are given by the engine.

    Raises `ArgumentNotSupported` for the first that no form can ask for.
    """
    found = []
    for each in inspect.signature(function).parameters.values():
        if each.name in given:
            continue
        if each.kind not in {each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY}:
            raise ArgumentNotSupported(name, each.name, "cannot be given by its name")
        annotation = read(hints.get(each.name, each.empty))
        if annotation.sort is None:
            known = (
                "str, int, float, Decimal, bool, date, datetime, list, dict, Literal"
            )
            problem = (
                f"has an annotation that is none of {known}, or one of them | None"
            )
            raise ArgumentNotSupported(name, each.name, problem)
        found.append(Parameter(each.name, annotation, each.default))
    return tuple(found)
