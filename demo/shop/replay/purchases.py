"""Recorded orders, read from a CSV file."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn
from zoneinfo import ZoneInfo

from demo.shop.replay.exceptions import (
    ColumnsMissing,
    FileUnreadable,
    LineInvalid,
    NothingToReplay,
)

COLUMNS = ("order_id", "purchased_at", "approved_at")


@dataclass(frozen=True, slots=True)
class Purchase:
    """One recorded order; times in UTC, `approved_at` is None if it was never paid."""

    number: str
    purchased_at: datetime
    approved_at: datetime | None


def read(path: Path, zone: ZoneInfo) -> list[Purchase]:
    """Read all orders of a file whose times are on the wall clock of `zone`.

    Raises `OrdersFileInvalid`, which names the line and the column.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            purchases = list(_Lines(path, zone).read(csv.DictReader(file)))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise FileUnreadable(path, reason) from error
    if not purchases:
        raise NothingToReplay(path)
    return purchases


class _Lines:
    """Reads lines, and remembers where it is for what it has to complain about."""

    def __init__(self, path: Path, zone: ZoneInfo) -> None:
        self.path = path
        self.zone = zone
        self.line = 1
        self.first_seen: dict[str, int] = {}

    def read(self, rows: "csv.DictReader[str]") -> Iterator[Purchase]:
        missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
        if missing:
            raise ColumnsMissing(self.path, missing)
        for row in rows:
            self.line = rows.line_num
            yield self._purchase(row)

    def _purchase(self, row: Mapping[str, str | None]) -> Purchase:
        number = self._number(row["order_id"] or "")
        purchased_at = self._moment("purchased_at", row["purchased_at"] or "")
        if not row["approved_at"]:
            return Purchase(number, purchased_at, None)
        approved_at = self._moment("approved_at", row["approved_at"])
        if approved_at < purchased_at:
            self._refuse("approved_at", "it is before the purchase")
        return Purchase(number, purchased_at, approved_at)

    def _number(self, number: str) -> str:
        if not number:
            self._refuse("order_id", "it is empty")
        if first := self.first_seen.get(number):
            self._refuse("order_id", f"'{number}' is on line {first} already")
        self.first_seen[number] = self.line
        return number

    def _moment(self, column: str, text: str) -> datetime:
        """Read a wall-clock time; one that the zone shows twice is its first one."""
        try:
            wall = datetime.fromisoformat(text)
        except ValueError:
            self._refuse(column, f"'{text}' is no date and time")
        if wall.tzinfo is not None:
            self._refuse(column, f"'{text}' has a time zone of its own")
        return wall.replace(tzinfo=self.zone).astimezone(UTC)

    def _refuse(self, column: str, reason: str) -> NoReturn:
        raise LineInvalid(self.path, self.line, column, reason)
