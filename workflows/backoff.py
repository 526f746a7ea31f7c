"""How long something rests after it failed, before it is tried again."""

from datetime import timedelta
from math import inf


def pause(
    failures: int, first: timedelta, most: timedelta, factor: float = 2
) -> timedelta:
    """Give the pause after so many failures in a row: it grows, but not without end."""
    try:
        growth = float(factor) ** (failures - 1) if first else 0
    except OverflowError:
        growth = inf
    seconds = first.total_seconds() * growth
    return min(timedelta(seconds=min(seconds, most.total_seconds())), most)
