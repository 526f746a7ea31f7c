"""Rows in a form: a widget that scripts lay over JSON, and what its columns hold."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class Cell(Enum):
    """What one cell of a row takes."""

    #: A line of text.
    TEXT = "text"
    #: Any JSON, or a text; it may be an expression.
    VALUE = "value"
    #: Values between commas.
    LIST = "list"
    #: One of the choices.
    CHOICE = "choice"
    #: Yes or no.
    FLAG = "flag"
    #: The name of a field of the collection that the form chooses.
    FIELD = "field"


class Stored(Enum):
    """What the rows are in the setting."""

    #: An object; the columns are `name` and `value`.
    OBJECT = "object"
    #: A list of objects, whose keys are the columns.
    LIST = "list"
    #: A text such as `-total, name`; the columns are `field` and `direction`.
    ORDER = "order"


class Offered(Enum):
    """Which fields of the collection are offered."""

    NONE = ""
    ANY = "any"
    SETTABLE = "settable"
    NUMBERS = "numbers"


_NOTHING = object()
_ROW, _ADD = _("Row"), _("Add a row")
_HINT = _(
    "Numbers, true, false and null are meant as such; in double quotes they are text."
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its key, what people call it, and what its cells take."""

    name: str
    title: Any
    cell: Cell = Cell.VALUE
    choices: Mapping[str, Any] = field(default_factory=dict)
    #: What is meant where the key is missing; such a value is left out.
    usual: object = _NOTHING

    @property
    def usual_json(self) -> str:
        return "" if self.usual is _NOTHING else json.dumps(self.usual)


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows that a setting has. The first column says whether a row is begun."""

    stored: Stored
    columns: Sequence[Column]
    #: What one row is, and what the button says that adds one.
    title: Any = _ROW
    add: Any = _ADD
    #: What stands below the rows; the help of the field is about its text.
    hint: Any = _HINT
    offered: Offered = Offered.NONE
    #: Whether a button adds the fields that a record cannot be without.
    completes: bool = False

    @property
    def is_ordered(self) -> bool:
        return self.stored is not Stored.OBJECT

    @property
    def is_wide(self) -> bool:
        """Whether a row needs several lines, and a title for each of its cells."""
        return len(self.columns) > 2  # noqa: PLR2004 - two cells stand side by side


#: Names with any values: an object.
PAIRS = Rows(
    Stored.OBJECT,
    (Column("name", _("Name"), Cell.TEXT), Column("value", _("Value"))),
    _("Name and value"),
    _("Add a value"),
)


def fields_and_values(offered: Offered, *, completes: bool = False) -> Rows:
    """Make the rows of an object that gives fields of a collection their values."""
    columns = Column("name", _("Field"), Cell.FIELD), Column("value", _("Value"))
    title, add = _("Field and value"), _("Add a field")
    return Rows(
        Stored.OBJECT, columns, title, add, offered=offered, completes=completes
    )


#: Fields to sort by, each up or down.
ORDER = Rows(
    Stored.ORDER,
    (
        Column("field", _("Field"), Cell.FIELD),
        Column(
            "direction",
            _("Direction"),
            Cell.CHOICE,
            {"up": _("up: A to Z, 1 to 9"), "down": _("down: Z to A, 9 to 1")},
        ),
    ),
    _("Field to sort by"),
    _("Add a field"),
    hint="",
    offered=Offered.ANY,
)


class RowsWidget(forms.Textarea):
    """A text, which scripts show as rows; without them it stays text."""

    template_name = "admin/workflows/editor/rows.html"

    def __init__(self, rows: Rows, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"rows": 4, **(attrs or {})})
        self.shown = rows

    def get_context(
        self, name: str, value: Any, attrs: dict[str, Any] | None
    ) -> dict[str, Any]:
        return {**super().get_context(name, value, attrs), "rows": self.shown}
