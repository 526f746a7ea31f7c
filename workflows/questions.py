"""What an answer asks for: questions as plain values, and the form fields they become.

A question is `{"name", "label", "type", "required", "initial", "choices", "help"}`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from workflows.exceptions import WorkflowError
from workflows.expressions import is_expression
from workflows.forms import ValueField
from workflows.harmless import line
from workflows.rows import Cell, Column, Rows, RowsWidget, Stored
from workflows.shapes import Field, Kind, Shape

#: Questions of one task, and choices of one question.
MOST, MOST_CHOICES = 50, 200
#: Characters of a line and of a long text.
LINE, LONG = 500, 20_000
#: Numbers have at most so many digits.
DIGITS, PLACES = 30, 10
LARGEST = 10**15
NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
KEYS = frozenset({"name", "label", "type", "required", "initial", "choices", "help"})

Question = Mapping[str, Any]


class QuestionWrong(WorkflowError):
    """A question that cannot be asked."""

    def __init__(self, name: object, problem: str) -> None:
        super().__init__(f"The question '{str(name)[:60]}' is wrong: {problem}")


def _text(_question: Question) -> forms.Field:
    return forms.CharField(
        max_length=LINE, widget=forms.TextInput(attrs={"class": "vTextField"})
    )


def _long_text(_question: Question) -> forms.Field:
    area = forms.Textarea(attrs={"rows": 5, "class": "vLargeTextField"})
    return forms.CharField(max_length=LONG, widget=area)


def _integer(_question: Question) -> forms.Field:
    return forms.IntegerField(min_value=-LARGEST, max_value=LARGEST)


def _decimal(_question: Question) -> forms.Field:
    return forms.DecimalField(
        max_digits=DIGITS,
        decimal_places=PLACES,
        widget=forms.NumberInput(attrs={"step": "any"}),
    )


def _date(_question: Question) -> forms.Field:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(widget=widget)


def _datetime(_question: Question) -> forms.Field:
    widget = forms.DateTimeInput(
        attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"
    )
    return forms.DateTimeField(widget=widget)


def _choice(question: Question) -> forms.Field:
    chosen = choices_of(question)
    empty = [] if question.get("required") and question.get("initial") else [("", "—")]
    return forms.ChoiceField(choices=[*empty, *chosen])


def _boolean(_question: Question) -> forms.Field:
    return forms.BooleanField()


#: Names of the types, what people call them, and the fields they become.
TYPES: Mapping[str, tuple[Any, Callable[[Question], forms.Field]]] = {
    "text": (_("line of text"), _text),
    "long_text": (_("long text"), _long_text),
    "integer": (_("whole number"), _integer),
    "decimal": (_("number"), _decimal),
    "date": (_("date"), _date),
    "datetime": (_("date and time"), _datetime),
    "choice": (_("one of several"), _choice),
    "boolean": (_("yes or no"), _boolean),
}


def choices_of(question: Question) -> list[tuple[str, str]]:
    """Read the choices: texts, or pairs of a value and a label."""
    pairs = []
    for each in question.get("choices") or ():
        value, label = each if isinstance(each, list | tuple) else (each, each)
        pairs.append((str(value), str(label)))
    return pairs


def read_questions(document: object) -> list[dict[str, Any]]:
    """Check questions and give them in their full form; raise `QuestionWrong`."""
    if not isinstance(document, list | tuple):
        raise QuestionWrong("", 'a list is expected: [{"name": "amount"}].')
    if len(document) > MOST:
        raise QuestionWrong("", f"a task has at most {MOST} questions.")
    questions = [_read(each) for each in document]
    names = [question["name"] for question in questions]
    for name in names:
        if names.count(name) > 1:
            raise QuestionWrong(name, "the name is used twice.")
    return questions


def _read(given: object) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        raise QuestionWrong(given, 'an object is expected: {"name": "amount"}.')
    name = given.get("name")
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise QuestionWrong(name, "its name needs small latin letters, digits and _.")
    if unknown := sorted(map(str, set(given) - KEYS)):
        known = ", ".join(sorted(KEYS))
        raise QuestionWrong(name, f"there is no '{unknown[0]}'. It may have: {known}.")
    kind = given.get("type") or "text"
    if kind not in TYPES:
        problem = f"there is no type '{kind}'. Types: {', '.join(TYPES)}."
        raise QuestionWrong(name, problem)
    _check_choices(name, kind, given.get("choices"))
    return {
        "name": name,
        "label": line(given.get("label") or name, LINE),
        "type": kind,
        "required": bool(given.get("required")),
        "initial": given.get("initial"),
        "choices": given.get("choices") or [],
        "help": line(given.get("help") or "", LINE),
    }


def _check_choices(name: str, kind: str, choices: object) -> None:
    if kind != "choice":
        return
    if isinstance(choices, str) and is_expression(choices):
        return
    if not isinstance(choices, list | tuple) or not choices:
        raise QuestionWrong(name, 'it needs choices: ["red", "blue"].')
    if len(choices) > MOST_CHOICES:
        raise QuestionWrong(name, f"it has more than {MOST_CHOICES} choices.")
    for each in choices:
        is_pair = isinstance(each, list | tuple) and len(each) == 2  # noqa: PLR2004 - value and label
        if not is_pair and not isinstance(each, str | int):
            raise QuestionWrong(name, "a choice is a text, or [value, label].")


#: What the answers are, for editors that offer them.
_KINDS = {
    "text": Kind.TEXT,
    "long_text": Kind.TEXT,
    "integer": Kind.NUMBER,
    "decimal": Kind.NUMBER,
    "date": Kind.DATE,
    "datetime": Kind.DATETIME,
    "choice": Kind.TEXT,
    "boolean": Kind.BOOLEAN,
}


def shape(document: object) -> Shape:
    """Tell what answers to stored questions look like; they may be incomplete."""
    try:
        asked = read_questions(document or [])
    except QuestionWrong:
        return Shape(Kind.OBJECT)
    return Shape(
        Kind.OBJECT,
        tuple(
            Field(each["name"], each["label"], _KINDS[each["type"]]) for each in asked
        ),
    )


def field_of(question: Question, *, required: bool) -> forms.Field:
    """Make the form field of a question; what is `required` may differ by outcome."""
    field = TYPES[question["type"]][1](question)
    field.label = question["label"]
    # The admin takes the help texts of fields for HTML.
    field.help_text = escape(question["help"])
    field.required = required and question["required"]
    field.widget.is_required = field.required
    field.initial = question["initial"]
    return field


def shown(questions: Sequence[Question], values: Mapping[str, Any]) -> list[Any]:
    """Pair the labels with what was answered, for people."""
    pairs = []
    for question in questions:
        value = values.get(question["name"])
        labels = dict(choices_of(question))
        pairs.append((question, labels.get(str(value), value)))
    return pairs


#: Questions as the editor shows them.
ROWS = Rows(
    Stored.LIST,
    (
        Column("name", _("Name"), Cell.TEXT),
        Column("label", _("Label"), Cell.TEXT, usual=""),
        Column(
            "type",
            _("Type"),
            Cell.CHOICE,
            {name: title for name, (title, _make) in TYPES.items()},
            usual="text",
        ),
        Column("initial", _("Filled in before"), usual=""),
        Column("choices", _("Choices"), Cell.LIST, usual=[]),
        Column("help", _("Help"), Cell.TEXT, usual=""),
        Column("required", _("Must be answered"), Cell.FLAG, usual=False),
    ),
    _("Question"),
    _("Add a question"),
    hint=_("Names are small latin letters, digits and _; answers have them too."),
)


class DocumentField(ValueField):
    """A JSON list that is checked as far as it is no expression."""

    widget = forms.Textarea(attrs={"rows": 6})

    def __init__(self, *, read: Any, rows: Rows | None = None, **options: Any) -> None:
        self._read = read
        if rows is not None:
            options.setdefault("widget", RowsWidget(rows, {"rows": 6}))
        super().__init__(**options)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value in self.empty_values or isinstance(value, str):
            return
        try:
            self._read(value)
        except WorkflowError as error:
            raise ValidationError(str(error)) from error
