"""Forms for configurations: fields that take values or expressions, and back.

A configuration is a JSON object with a key for each field of the form. The same form
checks what a person typed and what a document holds, renders the editor and, through
`compile`, gives the engine values that are cleaned once.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.fields import JSONString
from django.utils.translation import gettext as _

from workflows.codec import TypedDecoder, TypedEncoder
from workflows.collections import allowed, collection
from workflows.exceptions import CollectionNotAllowed, WorkflowError
from workflows.expressions import (
    Compiled,
    ExpressionError,
    Render,
    ScopeNames,
    check_names,
    compile_lines,
    compile_value,
    is_expression,
)
from workflows.rows import PAIRS, RowsWidget


def holds_expression(value: object) -> bool:
    """Tell whether there is an expression anywhere in a JSON-like value."""
    match value:
        case str():
            return is_expression(value)
        case Mapping():
            return any(holds_expression(each) for each in value.values())
        case list() | tuple():
            return any(holds_expression(each) for each in value)
        case _:
            return False


class ExpressionMixin:
    """Let a field take `{{ … }}` in place of a value of its own type."""

    takes_expressions = True

    def clean(self, value: Any) -> Any:
        if isinstance(value, str) and is_expression(value):
            return value
        return self.clean_result(value)

    def clean_result(self, value: Any) -> Any:
        """Clean what an expression gave: braces in it are text, not an expression."""
        return super().clean(value)  # type: ignore[misc]  # of the field mixed in


class TextExpression(ExpressionMixin, forms.CharField):
    """Text, with expressions inside."""


class TemplateField(TextExpression):
    """Lines of text, with expressions inside.

    In the configuration it is a pair of functions that take the scope: for plain text
    and for HTML, in which what expressions give is escaped.
    """

    widget = forms.Textarea(attrs={"rows": 8})

    def __init__(self, **options: Any) -> None:
        super().__init__(strip=False, **options)

    def clean(self, value: Any) -> Any:
        # Browsers send the ends of lines as the network wants them.
        return str(super().clean(value)).replace("\r\n", "\n")

    def compile(self, value: str) -> tuple[Render, Render]:
        plain, html = compile_lines(value), compile_lines(value, html=True)
        return plain.render, html.render


class IntegerExpression(ExpressionMixin, forms.IntegerField):
    """A whole number or an expression."""

    widget = forms.TextInput


class DateTimeExpression(ExpressionMixin, forms.DateTimeField):
    """A moment or an expression."""

    widget = forms.TextInput


class ValueField(forms.JSONField):
    """Any JSON value; its strings may hold expressions. A bare word is text."""

    takes_expressions = True
    widget = forms.Textarea(attrs={"rows": 2})

    def __init__(self, **options: Any) -> None:
        options.setdefault("encoder", TypedEncoder)
        options.setdefault("decoder", TypedDecoder)
        super().__init__(**options)

    def to_python(self, value: Any) -> Any:
        # What is no text was read already: an empty list stays an empty list.
        if not isinstance(value, str) or isinstance(value, JSONString):
            return value
        try:
            return super().to_python(value)
        except ValidationError:
            if self.accepts_text(value):
                return JSONString(value)
            raise

    def accepts_text(self, value: str) -> bool:
        """Take what is no JSON as text, unless it was plainly meant to be JSON."""
        return is_expression(value) or not value.lstrip().startswith(("{", "[", '"'))

    def prepare_value(self, value: Any) -> Any:
        if value is None or (isinstance(value, str) and self.accepts_text(value)):
            return value
        return super().prepare_value(value)


class GivenField(ValueField):
    """Any JSON value, which must be said; an expression may still give nothing."""

    def clean_result(self, value: Any) -> Any:
        return value if value in self.empty_values else self.clean(value)


class EachRoundField(ValueField):
    """An expression, evaluated in each round of a body; it knows `loop`.

    In the configuration it is a function that takes the scope.
    """

    def compile(self, value: Any) -> Render:
        return compile_value(value).render

    def names_in(self, scope: ScopeNames) -> ScopeNames:
        """Give the names that its expressions may use, of those around the node."""
        return scope.inside_loop()


class ConditionField(EachRoundField):
    """An expression that decides about something only this setting knows."""

    #: The name of it, and of its parts.
    root: ClassVar[str]
    parts: ClassVar[Sequence[str]] = ()

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value not in self.empty_values and not is_expression(value):
            raise ValidationError(_("Write the condition in double braces: {{ … }}."))

    def names_in(self, scope: ScopeNames) -> ScopeNames:
        return scope.knowing(self.root, self.parts)


class MappingField(ValueField):
    """A JSON object: names and values, which may be expressions."""

    widget: Any = RowsWidget(PAIRS)

    def __init__(self, *, hint: Any = None, **options: Any) -> None:
        super().__init__(**options)
        if hint is not None and isinstance(self.widget, RowsWidget):
            self.widget.shown = replace(self.widget.shown, hint=hint)

    def accepts_text(self, value: str) -> bool:
        return False

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is not None and not isinstance(value, dict):
            raise ValidationError(_('Enter a JSON object, such as {"status": "paid"}.'))


class PathsField(forms.Field):
    """Names separated by commas, as a list."""

    def to_python(self, value: Any) -> list[str]:
        if isinstance(value, list | tuple):
            return [str(each) for each in value]
        return [part.strip() for part in str(value or "").split(",") if part.strip()]

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list | tuple) else value


class CollectionField(forms.ChoiceField):
    """One of the models that workflows may touch, by its label."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=self.labels, **options)

    @staticmethod
    def labels() -> list[tuple[str, str]]:
        metas = [model._meta for model in allowed()]
        return [(meta.label_lower, str(meta.verbose_name_plural)) for meta in metas]

    def validate(self, value: str) -> None:
        if value:
            try:
                collection(value)
            except CollectionNotAllowed as error:
                raise ValidationError(str(error)) from error
        super().validate(value)


class ConfigForm(forms.Form):
    """A form whose cleaned data is a configuration."""

    #: Headings and the fields below each, for a long form; all fields or none.
    #: Fields in a tuple share a line. A third part of a group are classes of the admin,
    #: such as `collapse` for what is seldom changed.
    groups: ClassVar[Sequence[tuple[Any, ...]]] = ()
    #: Fields that only help to ask; a stored configuration has none of them.
    aids: ClassVar[Collection[str]] = ()

    @classmethod
    def flat(cls, config: Mapping[str, Any]) -> dict[str, Any]:
        """Turn a stored configuration into a value for each field."""
        return dict(config)

    @classmethod
    def for_config(cls, config: Mapping[str, Any], **options: Any) -> "ConfigForm":
        """Bind the form to a stored configuration, to check or compile it.

        A setting that is not stored has the initial value of its field.
        """
        fields = cls.base_fields.items()
        config = cls.flat(config)
        initial = {name: field.initial for name, field in fields}
        data = {
            name: JSONString(value) if isinstance(value, str) else value
            for name, value in {**initial, **config}.items()
            if value is not None
        }
        form = cls(data=data, **options)
        form.unknown = sorted(set(config) - set(form.fields))
        return form

    unknown: list[str] = []

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in self.unknown:
            message = _("There is no setting '%(name)s'. Settings: %(known)s.")
            known = ", ".join(self.fields) or "-"
            self.add_error(None, message % {"name": name, "known": known})
        return cleaned

    @property
    def config(self) -> dict[str, Any]:
        """The configuration to store, once the form is valid."""
        return {
            name: _plain(value)
            for name, value in self.cleaned_data.items()
            if name not in self.aids
            and (value not in (None, "") or self.fields[name].required)
        }

    def problems(self) -> Iterator[tuple[str, str]]:
        """Say what is wrong: the name of the field, empty for all, and a sentence."""
        for name, messages in self.errors.items():
            label = "" if name == "__all__" else name
            for message in messages:
                yield label, str(message)


def _plain(value: object) -> object:
    return str(value) if isinstance(value, JSONString) else value


class NodeForm(ConfigForm):
    """The configuration of a node: values, and expressions over earlier results."""

    def __init__(self, *args: Any, scope: ScopeNames | None = None, **kwargs: Any):
        #: The names that expressions may use; None: names are not checked.
        self.scope = scope
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for name in list(cleaned):
            try:
                self._check_expressions(name, cleaned[name])
            except ExpressionError as error:
                self.add_error(name, str(error))
        return cleaned

    def _check_expressions(self, name: str, value: object) -> None:
        if not getattr(self.fields[name], "takes_expressions", False):
            return
        compiled = compile_value(value)
        if self.scope is not None:
            names_in = getattr(self.fields[name], "names_in", None)
            scope = names_in(self.scope) if names_in else self.scope
            check_names(compiled.names, scope)


@dataclass(frozen=True)
class CompiledConfig:
    """A configuration cleaned once; only its expressions cost at run time."""

    constants: Mapping[str, Any]
    dynamic: tuple[tuple[str, Compiled, forms.Field], ...]

    def restore(self, rendered: Mapping[str, Any] | None) -> dict[str, Any]:
        """Give the configuration again from what its expressions gave then."""
        return {**self.constants, **(rendered or {})}

    def render(self, scope: Mapping[str, Any]) -> dict[str, Any]:
        """Evaluate the expressions and clean what they give, field by field."""
        values = dict(self.constants)
        for name, compiled, field in self.dynamic:
            values[name] = _clean(name, field, compiled.render(scope))
        return values


class ValueNotAccepted(WorkflowError):
    """An expression gave what the setting cannot take."""

    def __init__(self, field: str, value: object, messages: list[str]) -> None:
        super().__init__(
            f"The setting '{field}' got {str(value)[:100]!r}: {' '.join(messages)}"
        )


class ConfigInvalid(WorkflowError):
    """A stored configuration that its form refuses."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        sentences = [f"{name}: {text}" if name else text for name, text in problems]
        super().__init__(" ".join(sentences))


def _clean(name: str, field: forms.Field, value: object) -> Any:
    clean = getattr(field, "clean_result", field.clean)
    try:
        cleaned = clean(JSONString(value) if isinstance(value, str) else value)
    except ValidationError as error:
        raise ValueNotAccepted(name, value, error.messages) from error
    return str(cleaned) if isinstance(cleaned, JSONString) else cleaned


def compile_config(
    form_class: type[NodeForm], config: Mapping[str, Any]
) -> CompiledConfig:
    """Clean a stored configuration once; raise `ConfigInvalid` if it is wrong."""
    form = form_class.for_config(config)
    if not form.is_valid():
        raise ConfigInvalid(list(form.problems()))
    constants, dynamic = {}, []
    for name, value in form.cleaned_data.items():
        if later := getattr(form.fields[name], "compile", None):
            constants[name] = None if value in (None, "") else later(_plain(value))
        elif holds_expression(value):
            dynamic.append((name, compile_value(value), form.fields[name]))
        else:
            constants[name] = _plain(value)
    return CompiledConfig(constants, tuple(dynamic))
