"""A listed module: its public functions are callable, and nothing else of it."""

import logging
import os
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, Optional

from django.db.models import F  # noqa: F401 - the same
from django.utils.text import slugify  # noqa: F401 - the same

logger = logging.getLogger(__name__)


def price(amount: Decimal, count: int = 1, *, note: str = "") -> Decimal:
    """Multiply an amount.

    What comes later is not shown.
    """
    logger.warning("price of %s, password: %s", count, '{"password": "s3cret"}')
    return amount * count


def everything(
    text: str,
    whole: int,
    real: float,
    exact: Decimal,
    flag: bool,  # noqa: FBT001 - as projects have it
    day: date,
    moment: datetime,
    items: list[int],
    values: dict[str, Any],
    kind: Literal["a", "b", 3],
    hint: Annotated[int, "How many."],
    maybe: Optional[int],  # noqa: UP045 - both spellings are known
    perhaps: str | None,
    anything,
):
    return dict(locals())


def broken(text: str = "?") -> None:
    logger.error("about to break")
    raise LookupError(text)


def wrong() -> int:
    return "five"  # type: ignore[return-value]  # that is what is tested


def key_of(idempotency_key: str) -> str:
    return idempotency_key


async def later(text: str) -> str:
    return text.upper()


def endless(*names):
    """Cannot be asked for by a form."""


def strange(file: os.PathLike[str]):
    """Cannot be asked for by a form either."""


def unstorable() -> Any:
    return object()


def _private():
    """Is not callable from outside."""


class Price:
    """Is no function."""


alias_of_a_function = price
