"""What an address of the admin is, for the table."""

from dataclasses import dataclass
from enum import Enum, auto

from django.urls import reverse

#: Instead of a permission: whoever may enter the admin, whose the object is, those who
#: may do everything, nobody.
STAFF, OWNER, SUPERUSER, NOBODY = "staff", "owner", "superuser", "nobody"


class Kind(Enum):
    """What GET gives."""

    PAGE = auto()
    #: A part of a page, JSON, a file.
    DATA = auto()
    #: Something is done, by POST alone.
    EFFECT = auto()
    ELSEWHERE = auto()


@dataclass(frozen=True)
class Address:
    """An address, by its name without `admin:`."""

    name: str
    kind: Kind
    #: Names of what the cast has for the arguments of the address.
    about: tuple[str, ...] = ()
    #: The permissions that GET asks for, and POST besides; without any, POST does
    #: nothing.
    see: tuple[str, ...] = ()
    act: tuple[str, ...] = ()
    #: Tells pages at the same address apart.
    query: str = ""

    def __str__(self) -> str:
        return f"{self.name}{self.query}"

    def path(self, cast: dict[str, object]) -> str:
        place = reverse(f"admin:{self.name}", args=[cast[name] for name in self.about])
        return place + self.query.format(**cast)

    @property
    def gives(self) -> bool:
        """Tell whether GET gives something."""
        return self.kind in {Kind.PAGE, Kind.DATA}

    @property
    def permissions(self) -> set[str]:
        return {each for each in self.see + self.act if "." in each}


def words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def page(name: str, about: str = "", *, see: str, act: str = "") -> Address:
    name, mark, query = name.partition("?")
    return Address(
        name, Kind.PAGE, words(about), words(see), words(act), f"{mark}{query}"
    )


def data(name: str, about: str, *, see: str, act: str = "") -> Address:
    name, mark, query = name.partition("?")
    return Address(
        name, Kind.DATA, words(about), words(see), words(act), f"{mark}{query}"
    )


def effect(name: str, about: str = "", *, see: str = "", act: str) -> Address:
    return Address(name, Kind.EFFECT, words(about), words(see), words(act))


def elsewhere(
    name: str, about: str = "", *, see: str = STAFF, act: str = ""
) -> Address:
    return Address(name, Kind.ELSEWHERE, words(about), words(see), words(act))


def stock(model: str, about: str, **others: str) -> list[Address]:
    """Give the five pages of a stock admin; `others` says what is not as usual."""
    app, _, name = model.partition("_")

    def asked(action: str) -> str:
        return others.get(action, f"{app}.{action}_{name}")

    view = asked("view")
    changes = "" if asked("change") == NOBODY else asked("change")
    return [
        page(f"{model}_changelist", see=others.get("list", view)),
        page(f"{model}_add", see=asked("add"), act=asked("add")),
        page(f"{model}_change", about, see=view, act=changes),
        page(f"{model}_delete", about, see=asked("delete"), act=asked("delete")),
        page(f"{model}_history", about, see=view),
    ]
