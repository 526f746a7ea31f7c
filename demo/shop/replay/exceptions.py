"""What can be wrong with a replay: facts in, a sentence out."""

from collections.abc import Iterable
from pathlib import Path


class ReplayError(Exception):
    """What ends a replay; the message is for people."""


class OrdersFileInvalid(ReplayError):
    """The file is missing or cannot be replayed."""


class LineInvalid(OrdersFileInvalid):
    def __init__(self, path: Path, line: int, column: str, reason: str) -> None:
        super().__init__(f"{path}, line {line}, column {column}: {reason}.")


class ColumnsMissing(OrdersFileInvalid):
    def __init__(self, path: Path, missing: Iterable[str]) -> None:
        super().__init__(f"{path}, line 1: columns missing: {', '.join(missing)}.")


class FileUnreadable(OrdersFileInvalid):
    def __init__(self, path: Path, reason: object) -> None:
        super().__init__(f"{path} cannot be read: {reason}.")


class NothingToReplay(OrdersFileInvalid):
    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} holds no orders.")


class DatabaseNotEmpty(ReplayError):
    def __init__(self, orders: int, workflows: int) -> None:
        super().__init__(
            f"The configured database holds {orders} orders and {workflows} workflows. "
            "A replay needs one without any; leave out --here to use a temporary one."
        )


class LeftUnpaid(ReplayError):
    def __init__(self, number: str, now: object) -> None:
        super().__init__(f"At {now} order {number} was still unpaid; see its workflow.")
