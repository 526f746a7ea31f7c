"""What a value looks like, so that an editor can offer its fields before it exists."""

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What sort of value it is, in the words of the expressions."""

    ANY = "any", _("any value")
    TEXT = "text", _("text")
    NUMBER = "number", _("number")
    BOOLEAN = "boolean", _("yes or no")
    DATE = "date", _("date")
    DATETIME = "datetime", _("date and time")
    TIME = "time", _("time of day")
    DURATION = "duration", _("duration")
    OBJECT = "object", _("object")
    LIST = "list", _("list")
    NOTHING = "nothing", _("nothing")


@dataclass(frozen=True, slots=True)
class Field:
    """A named part of a value."""

    name: str
    #: What people call it, translated.
    title: Any = ""
    kind: Kind = Kind.ANY
    #: Of an object its fields; of a list the fields that each of its items has.
    children: tuple["Field", ...] = ()


@dataclass(frozen=True, slots=True)
class Shape:
    """What a value looks like, as far as that is known: `Shape()` is any value."""

    kind: Kind = Kind.ANY
    #: Of an object its fields; of a list the fields that each of its items has.
    fields: tuple[Field, ...] = ()

    def named(self, name: str, title: Any = "") -> Field:
        """Make it a part of something larger."""
        return Field(name, title, self.kind, self.fields)


def shape_of_fields(*fields: Field) -> Shape:
    return Shape(Kind.OBJECT, fields)


def shape_of_list(*fields: Field) -> Shape:
    return Shape(Kind.LIST, fields)
