"""Rules as JSON, the way a workflow stores them."""

from collections.abc import Callable, Mapping
from typing import assert_never

from triggers.schedule.recurrence.errors import InvalidRule, shown
from triggers.schedule.recurrence.rules import (
    ELAPSED_UNITS,
    MOST,
    Calendar,
    Cron,
    Daily,
    DayOfMonth,
    Elapsed,
    LastDay,
    MonthDay,
    Monthly,
    NthWeekday,
    Once,
    Rule,
    Weekly,
    Yearly,
    check_unit,
)

KEYS = {
    "none": {"kind"},
    "interval": {"kind", "every", "unit"},
    "cron": {"kind", "expression"},
}
UNIT_KEYS = {"weeks": "weekdays", "months": "on"}


def rule_from_config(config: Mapping[str, object]) -> Rule:
    """Return the rule of a stored configuration, or raise `InvalidRule`.

    Shapes: `{"kind": "none"}`, `{"kind": "interval", "every": 30, "unit":
    "minutes"}` with `"weekdays": [0, 3]` for weeks and `"on": {"day": 31}`,
    `{"last_day": true}` or `{"nth": 2, "weekday": 1}` for months, and
    `{"kind": "cron", "expression": "0 9 * * 1-5"}`.
    """
    if not isinstance(config, Mapping):
        raise InvalidRule(
            "kind",
            "A rule is an object with a 'kind', not %(given)s.",
            given=shown(config),
        )
    match config.get("kind"):
        case "none":
            build: Callable[[Mapping[str, object]], Rule] = _once
        case "interval":
            build = _interval
        case "cron":
            build = _cron
        case other:
            raise InvalidRule(
                "kind",
                "The kind %(given)s is not known; choose one of: %(kinds)s.",
                given=shown(other),
                kinds=", ".join(KEYS),
            )
    return build(config)


def _once(config: Mapping[str, object]) -> Rule:
    _check_keys(config, KEYS["none"])
    return Once()


def _cron(config: Mapping[str, object]) -> Rule:
    _check_keys(config, KEYS["cron"])
    return Cron(config.get("expression"))  # type: ignore[arg-type]


def _interval(config: Mapping[str, object]) -> Rule:
    unit, every = config.get("unit"), config.get("every")
    check_unit(unit, MOST)
    _check_keys(config, KEYS["interval"] | {UNIT_KEYS.get(str(unit), "unit")})
    if unit in ELAPSED_UNITS:
        return Elapsed(every, unit)  # type: ignore[arg-type]
    return _calendar(str(unit), every, config)


def _calendar(unit: str, every: object, config: Mapping[str, object]) -> Rule:
    match unit:
        case "days":
            return Daily(every)  # type: ignore[arg-type]
        case "weeks":
            weekdays = config.get("weekdays")
            return Weekly(every, () if weekdays is None else weekdays)  # type: ignore[arg-type]
        case "months":
            return Monthly(every, _month_day(config.get("on")))  # type: ignore[arg-type]
        case _:
            return Yearly(every)  # type: ignore[arg-type]


def _month_day(on: object) -> MonthDay | None:
    if on is None:
        return None
    match on:
        case {"day": day, **rest} if not rest:
            return DayOfMonth(day)
        case {"last_day": True, **rest} if not rest:
            return LastDay()
        case {"nth": nth, "weekday": weekday, **rest} if not rest:
            return NthWeekday(nth, weekday)
    raise InvalidRule(
        "on",
        "The day of the month %(given)s is not known; "
        "give 'day', 'last_day': true, or 'nth' with 'weekday'.",
        given=shown(on),
    )


def _check_keys(config: Mapping[str, object], known: set[str]) -> None:
    for key in config:
        if key not in known:
            raise InvalidRule(
                "kind",
                "This rule has no %(given)s; remove it. It has: %(known)s.",
                given=shown(key),
                known=", ".join(sorted(known)),
            )


def rule_to_config(rule: Rule) -> dict[str, object]:
    """Return the configuration that `rule_from_config` reads back."""
    match rule:
        case Once():
            return {"kind": "none"}
        case Cron(expression):
            return {"kind": "cron", "expression": expression}
        case Elapsed(every, unit):
            return _stored(every, unit)
        case _:
            return _stored_calendar(rule)


def _stored_calendar(rule: Calendar) -> dict[str, object]:
    match rule:
        case Daily(every):
            return _stored(every, "days")
        case Weekly(every, weekdays):
            chosen: dict[str, object] = {"weekdays": list(weekdays)} if weekdays else {}
            return _stored(every, "weeks", **chosen)
        case Monthly(every, on):
            chosen = {"on": _stored_day(on)} if on else {}
            return _stored(every, "months", **chosen)
        case Yearly(every):
            return _stored(every, "years")
        case _ as never:
            assert_never(never)


def _stored(every: int, unit: str, **more: object) -> dict[str, object]:
    return {"kind": "interval", "every": every, "unit": unit, **more}


def _stored_day(on: MonthDay) -> dict[str, object]:
    match on:
        case DayOfMonth(day):
            return {"day": day}
        case LastDay():
            return {"last_day": True}
        case NthWeekday(nth, weekday):
            return {"nth": nth, "weekday": weekday}
        case _ as never:
            assert_never(never)
