"""Functions that the workflows of the shop may call."""

from datetime import date, timedelta
from typing import Annotated, Literal

from handlers.functions import workflow_function

#: Days that a parcel takes.
_DAYS = {"post": 3, "courier": 1}
_SATURDAY = 5


@workflow_function
def delivery_day(
    ordered_on: date,
    carrier: Annotated[Literal["post", "courier"], "post or courier."] = "post",
) -> date:
    """Work out when a parcel arrives, on a working day."""
    day = ordered_on + timedelta(days=_DAYS[carrier])
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    return day
