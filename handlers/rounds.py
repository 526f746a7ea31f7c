"""What a loop can go over, one item after the other, and from any of them on."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice
from math import isfinite
from typing import Any, Protocol

from django.db import transaction

from workflows.collections import collection, home_of, record
from workflows.contracts import PastRound
from workflows.exceptions import WorkflowError
from workflows.filters import filtered
from workflows.paths import preload_lookups

#: What Python can count.
LARGEST = 2**63


class NothingToLoopOver(WorkflowError):
    """A value that has no items."""

    def __init__(self, value: object) -> None:
        super().__init__(
            f"A loop cannot go over '{str(value)[:50]}' ({type(value).__name__}). Give "
            "a whole number from 0, a list, a text or an object."
        )


class Items(Protocol):
    """Items that are counted, and made when the loop asks for them."""

    length: int
    #: The last key that belongs to the loop; None where that is not needed.
    until: Any

    def __iter__(self) -> Iterator[Any]: ...


def items_of(config: Mapping[str, Any], past: PastRound | None = None) -> Items:
    """Give what a loop goes over; with `past`, what comes behind that round."""
    if config["over"] == "records":
        return Records(config, past)
    return Values(config["items"], 0 if past is None else past.index + 1)


class Values:
    """The items of a value, without the first ones."""

    until = None

    def __init__(self, value: object, skipped: int = 0) -> None:
        self._items = _sequence(value)
        self._skipped = skipped
        self.length = len(self._items)

    def __iter__(self) -> Iterator[Any]:
        return islice(self._items, self._skipped, None)


def _sequence(value: object) -> Sequence[Any]:
    match value:
        case None:
            return ()
        case bool():
            raise NothingToLoopOver(value)
        case int() | float() | Decimal():
            return range(_whole(value))
        case str() | list() | tuple():
            return value
        case Mapping():
            # Databases keep objects in an order of their own: only that of the keys
            # is the same after a wait.
            return [{"key": key, "value": value[key]} for key in sorted(value)]
        case _:
            raise NothingToLoopOver(value)


def _whole(number: float | Decimal) -> int:
    is_finite = isinstance(number, int) or isfinite(number)
    if not is_finite or not 0 <= number < LARGEST or number != int(number):
        raise NothingToLoopOver(number)
    return int(number)


class Records:
    """Records by a filter, in the order of their keys, a page in memory at a time."""

    def __init__(self, config: Mapping[str, Any], past: PastRound | None) -> None:
        model = collection(config["collection"])
        self._preload = config["preload"]
        self._size = config["page_size"] or 100
        rows = filtered(model, config["filter"]).order_by("pk")
        self._rows = rows.prefetch_related(*preload_lookups(model, self._preload))
        self._key = model._meta.pk.attname
        self._last = None if past is None else past.item[self._key]
        if past is None:
            self.length = rows.count()
            self.until = rows.values_list("pk", flat=True).last()
        else:
            self.length, self.until = past.length or 0, past.state["until"]

    def __iter__(self) -> Iterator[Any]:
        # New records behind the last one would keep the loop going for ever, if its
        # own body makes them.
        while self.until is not None and (page := self._page()):
            yield from page
            if len(page) < self._size:
                return

    def _page(self) -> list[dict[str, Any]]:
        rows = self._rows.filter(pk__lte=self.until)
        if self._last is not None:
            rows = rows.filter(pk__gt=self._last)
        with transaction.atomic(using=home_of(rows.model)):
            page = [record(row, self._preload) for row in rows[: self._size]]
        if page:
            self._last = page[-1][self._key]
        return page
