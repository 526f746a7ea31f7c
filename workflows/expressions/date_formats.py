"""Write dates by formats such as `yyyy-mm-dd hh:mm`, as spreadsheets do."""

import re
from collections.abc import Callable
from datetime import datetime

TOKENS = re.compile(
    r'"(?P<quoted>[^"]*)"|(?P<part>y{4}|yy|m{1,4}|d{1,4}|h{1,2}|s{1,2}|AM/PM)|.',
    re.IGNORECASE | re.DOTALL,
)
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
WEEKDAYS = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
]
NOON = 12

PARTS: dict[str, Callable[[datetime], str]] = {
    "yyyy": lambda at: f"{at.year:04}",
    "yy": lambda at: f"{at.year:04}"[-2:],
    "mmmm": lambda at: MONTHS[at.month - 1],
    "mmm": lambda at: MONTHS[at.month - 1][:3],
    "mm": lambda at: f"{at.month:02}",
    "m": lambda at: str(at.month),
    "dddd": lambda at: WEEKDAYS[at.weekday()],
    "ddd": lambda at: WEEKDAYS[at.weekday()][:3],
    "dd": lambda at: f"{at.day:02}",
    "d": lambda at: str(at.day),
    "hh": lambda at: f"{at.hour:02}",
    "h": lambda at: str(at.hour),
    "ss": lambda at: f"{at.second:02}",
    "s": lambda at: str(at.second),
    "am/pm": lambda at: "AM" if at.hour < NOON else "PM",
}
MINUTES: dict[str, Callable[[datetime], str]] = {
    "mm": lambda at: f"{at.minute:02}",
    "m": lambda at: str(at.minute),
}
HALF_DAY: dict[str, Callable[[datetime], str]] = {
    "hh": lambda at: f"{(at.hour - 1) % NOON + 1:02}",
    "h": lambda at: str((at.hour - 1) % NOON + 1),
}


def date_text(value: datetime, pattern: str) -> str:
    """Write a moment; text in double quotes stays as it is."""
    found = list(TOKENS.finditer(pattern))
    names = [(match["part"] or "").lower() for match in found]
    halves = HALF_DAY if "am/pm" in names else {}
    written = []
    for index, match in enumerate(found):
        name = names[index]
        minutes = MINUTES if is_minute(names, index) else {}
        write = minutes.get(name) or halves.get(name) or PARTS.get(name)
        plain = match[0] if match["quoted"] is None else match["quoted"]
        written.append(write(value) if write else plain)
    return "".join(written)


def is_minute(names: list[str], index: int) -> bool:
    """Say whether an m means minutes: it follows hours or comes before seconds."""
    before = next((name for name in reversed(names[:index]) if name), "")
    after = next((name for name in names[index + 1 :] if name), "")
    return before.startswith("h") or after.startswith("s")
