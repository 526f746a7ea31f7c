"""The one place that knows croniter: cron on the wall clock, without zones.

croniter steps over naive wall-clock times only; what a clock change means is
decided elsewhere. Expressions are read by `cron_fields` first, so that equal and
wrapping ranges, `{max}/{step}` and bad input do not depend on croniter's version.
"""

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from croniter import croniter

from triggers.schedule.recurrence import cron_fields
from triggers.schedule.recurrence.errors import InvalidRule, shown

LONGEST = 200
ALIASES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
FEWEST_FIELDS, MOST_FIELDS = 5, 6
# In 28 years from here every weekday begins a common and a leap year.
PROBE, ALL_YEARS = datetime(2000, 1, 1), 28  # noqa: DTZ001
# 29 February 2072 to 2112 is the longest wait for a date on a weekday.
LONGEST_WAIT = 50
WORD = re.compile(r"\S+", re.ASCII)


@dataclass(frozen=True)
class CronSteps:
    """A parsed expression. It is shared between threads and never changes.

    `stepping` says that the second, minute or hour begins with `*`: such a rule
    counts elapsed time through a clock change. `every_hour` says that no hour of
    the day is left out.
    """

    alternatives: tuple[croniter, ...]
    stepping: bool
    every_hour: bool

    def next_wall(self, wall: datetime) -> datetime | None:
        """Return the first wall time strictly after `wall`, if there is one."""
        if len(self.alternatives) == 1:
            return _next(self.alternatives[0], wall)
        found = (_next(one, wall) for one in self.alternatives)
        return min((one for one in found if one is not None), default=None)


def fields_of(expression: object) -> list[str]:
    """Split an expression into 5 or 6 lower-case fields, or raise `InvalidRule`."""
    if not isinstance(expression, str):
        raise InvalidRule(
            "expression",
            "A cron expression is a text such as '0 9 * * 1-5', not %(given)s.",
            given=shown(expression),
        )
    _check_text(expression)
    text = expression.strip().lower()
    fields = WORD.findall(ALIASES.get(text, text))
    if not FEWEST_FIELDS <= len(fields) <= MOST_FIELDS:
        raise InvalidRule(
            "expression",
            "'%(given)s' has %(count)s fields; write 5 (minute, hour, day, month, "
            "weekday) or 6 with the seconds first.",
            given=text[:60],
            count=len(fields),
        )
    return fields


def _check_text(expression: str) -> None:
    if len(expression) > LONGEST:
        raise InvalidRule(
            "expression",
            "The cron expression has %(length)s characters; use at most %(most)s.",
            length=len(expression),
            most=LONGEST,
        )
    if not expression.isascii():
        raise InvalidRule(
            "expression",
            "The cron expression has the character %(given)s; use plain letters, "
            "digits and * , - / # ? only.",
            given=shown(next(one for one in expression if not one.isascii())),
        )


@lru_cache(maxsize=4096)
def cron_steps(expression: str) -> CronSteps:
    """Parse an expression, or raise `InvalidRule` if it is bad or never occurs."""
    fields = fields_of(expression)
    for text in fields:
        if cron_fields.RANDOM.search(text):
            raise InvalidRule(
                "expression",
                "'%(item)s' means another time at every reading; write the number.",
                item=text,
            )
    timed = fields[:-3]
    places = cron_fields.FIELDS[-len(fields) :]
    items = [cron_fields.plain(*pair) for pair in zip(places, fields, strict=True)]
    alternatives = tuple(
        _croniter(one, LONGEST_WAIT)
        for one in _split(items, fields)
        if _next(_croniter(one, ALL_YEARS), PROBE) is not None
    )
    if not alternatives:
        raise InvalidRule(
            "expression",
            "'%(given)s' never occurs; choose a day that its months have.",
            given=expression,
        )
    return CronSteps(
        alternatives=alternatives,
        stepping=any(text.startswith("*") for text in timed),
        every_hour=_is_every_hour(items[-4]),
    )


def _is_every_hour(items: list[str]) -> bool:
    return not {"*", "*/1"}.isdisjoint(items) or len(set(items)) == 24  # noqa: PLR2004


def _split(items: list[list[str]], fields: list[str]) -> Iterator[list[str]]:
    """Return expressions whose runs together are those of the whole.

    A restricted day of month or a restricted weekday is enough; a field that begins
    with `*` restricts nothing that the other does not allow. croniter reads `#` next
    to these in ways of its own; apart from each other they are clear.
    """
    *head, days, months, weekdays = items
    special = [one for one in weekdays if "#" in one or one.startswith("l")]
    usual = [one for one in weekdays if one not in special]
    kinds = [kind for kind in (special, usual) if kind]
    both = fields[-3][0] not in "*?" and fields[-1][0] not in "*?"
    pairs = [(days, kind) for kind in kinds]
    if both:
        pairs = [(days, ["*"]), *((["*"], kind) for kind in kinds)]
    for day, weekday in pairs:
        parts = [*head, day, months, weekday]
        yield [",".join(dict.fromkeys(part)) for part in parts]


def _croniter(fields: list[str], years: int) -> croniter:
    return croniter(
        " ".join(fields),
        PROBE,
        max_years_between_matches=years,
        second_at_beginning=True,
        implement_cron_bug=True,
    )


def _next(steps: croniter, wall: datetime) -> datetime | None:
    """Step a copy, because croniter keeps its place and the parsed one is shared."""
    try:
        following: datetime = copy.copy(steps).get_next(datetime, wall)
    except (OverflowError, ValueError):  # no such date in 50 years, or year 10000
        return None
    return following
