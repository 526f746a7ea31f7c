"""The words of schedules in Russian, with their cases and plurals."""

from datetime import datetime

#: For each unit: gender of "each", accusative singular, after 2-4, after 5 and more.
UNITS = {
    "seconds": ("каждую", "секунду", "секунды", "секунд"),
    "minutes": ("каждую", "минуту", "минуты", "минут"),
    "hours": ("каждый", "час", "часа", "часов"),
    "days": ("каждый", "день", "дня", "дней"),
    "weeks": ("каждую", "неделю", "недели", "недель"),
    "months": ("каждый", "месяц", "месяца", "месяцев"),
    "years": ("каждый", "год", "года", "лет"),
}
#: For each weekday: "on Mondays", "from Monday", "to Monday", gender.
WEEKDAYS = (
    ("понедельникам", "понедельника", "понедельник", 0),
    ("вторникам", "вторника", "вторник", 0),
    ("средам", "среды", "среду", 1),
    ("четвергам", "четверга", "четверг", 0),
    ("пятницам", "пятницы", "пятницу", 1),
    ("субботам", "субботы", "субботу", 1),
    ("воскресеньям", "воскресенья", "воскресенье", 2),
)
#: Accusative by gender: masculine, feminine, neuter.
NTH = {
    1: ("в первый", "в первую", "в первое"),
    2: ("во второй", "во вторую", "во второе"),
    3: ("в третий", "в третью", "в третье"),
    4: ("в четвёртый", "в четвёртую", "в четвёртое"),
    5: ("в пятый", "в пятую", "в пятое"),
    -1: ("в последний", "в последнюю", "в последнее"),
}
GENITIVE = (
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря"
)
PREPOSITIONAL = (
    "январе феврале марте апреле мае июне июле августе сентябре октябре ноябре декабре"
)
MONTHS_OF = GENITIVE.split()
MONTHS_IN = PREPOSITIONAL.split()
TEENS = range(11, 15)


class Russian:
    """Phrases, each a part of a sentence."""

    once = "один раз"

    def joined(self, words: list[str]) -> str:
        *head, last = words
        return f"{', '.join(head)} и {last}" if head else last

    def every(self, number: int, unit: str) -> str:
        each, one, few, many = UNITS[unit]
        if number == 1:
            return f"{each} {one}"
        if number % 100 in TEENS or not 1 <= number % 10 <= 4:  # noqa: PLR2004
            return f"каждые {number} {many}"
        if number % 10 == 1:
            return f"{each} {number} {one}"
        return f"каждые {number} {few}"

    def at(self, times: list[str]) -> str:
        return f"в {self.joined(times)}"

    def minute(self, minute: int) -> str:
        return f"на {minute}-й минуте"

    def window(self, first: str, last: str) -> str:
        return f"с {first} до {last}"

    def weekdays(self, weekdays: list[int]) -> str:
        return f"по {self.joined([WEEKDAYS[weekday][0] for weekday in weekdays])}"

    def weekday_range(self, first: int, last: int) -> str:
        return (
            f"с{'о' if first == 1 else ''} {WEEKDAYS[first][1]} по {WEEKDAYS[last][2]}"
        )

    def days(self, days: list[int]) -> str:
        return f"{self.joined([f'{day}-го' for day in days])} числа"

    def last_day(self) -> str:
        return "в последний день"

    def nth(self, nth: int, weekday: int) -> str:
        return f"{NTH[nth][WEEKDAYS[weekday][3]]} {WEEKDAYS[weekday][2]}"

    def date(self, day: int, month: int) -> str:
        return f"{day} {MONTHS_OF[month - 1]}"

    def months(self, months: list[int]) -> str:
        return f"в {self.joined([MONTHS_IN[month - 1] for month in months])}"

    def moment(self, wall: datetime, time: str) -> str:
        return f"{self.date(wall.day, wall.month)} {wall.year} г. {self.at([time])}"

    def expression(self, expression: str) -> str:
        return f"по выражению cron «{expression}»"
