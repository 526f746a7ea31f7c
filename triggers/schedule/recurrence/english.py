"""The words of schedules in English."""

from datetime import datetime

WEEKDAYS_IN_ORDER = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
MONTHS_IN_ORDER = (
    "January February March April May June July "
    "August September October November December"
)
WEEKDAYS = WEEKDAYS_IN_ORDER.split()
MONTHS = MONTHS_IN_ORDER.split()
NTH = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last"}


class English:
    """Phrases, each a part of a sentence."""

    once = "once"

    def joined(self, words: list[str]) -> str:
        *head, last = words
        return f"{', '.join(head)} and {last}" if head else last

    def every(self, number: int, unit: str) -> str:
        return f"every {unit[:-1]}" if number == 1 else f"every {number} {unit}"

    def at(self, times: list[str]) -> str:
        return f"at {self.joined(times)}"

    def minute(self, minute: int) -> str:
        return f"at minute {minute}"

    def window(self, first: str, last: str) -> str:
        return f"from {first} to {last}"

    def weekdays(self, weekdays: list[int]) -> str:
        return f"on {self.joined([WEEKDAYS[weekday] for weekday in weekdays])}"

    def weekday_range(self, first: int, last: int) -> str:
        return f"from {WEEKDAYS[first]} to {WEEKDAYS[last]}"

    def days(self, days: list[int]) -> str:
        word = "day" if len(days) == 1 else "days"
        return f"on {word} {self.joined([str(day) for day in days])}"

    def last_day(self) -> str:
        return "on the last day"

    def nth(self, nth: int, weekday: int) -> str:
        return f"on the {NTH[nth]} {WEEKDAYS[weekday]}"

    def date(self, day: int, month: int) -> str:
        return f"on {day} {MONTHS[month - 1]}"

    def months(self, months: list[int]) -> str:
        return f"in {self.joined([MONTHS[month - 1] for month in months])}"

    def moment(self, wall: datetime, time: str) -> str:
        return f"{self.date(wall.day, wall.month)} {wall.year} {self.at([time])}"

    def expression(self, expression: str) -> str:
        return f"by the cron expression “{expression}”"
