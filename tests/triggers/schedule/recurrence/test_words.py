"""Schedules in plain words."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from triggers.schedule.recurrence import (
    Cron,
    Daily,
    DayOfMonth,
    Elapsed,
    LastDay,
    Monthly,
    NthWeekday,
    Once,
    Recurrence,
    Weekly,
    Yearly,
    describe,
)

START = datetime(2026, 2, 25, 9, tzinfo=ZoneInfo("Europe/Berlin"))
SCHEDULES = [
    (
        Once(),
        "once on 25 February 2026 at 09:00",
        "один раз 25 февраля 2026 г. в 09:00",
    ),
    (Elapsed(1, "seconds"), "every second", "каждую секунду"),
    (Elapsed(30, "seconds"), "every 30 seconds", "каждые 30 секунд"),
    (Elapsed(1, "minutes"), "every minute", "каждую минуту"),
    (Elapsed(2, "minutes"), "every 2 minutes", "каждые 2 минуты"),
    (Elapsed(5, "minutes"), "every 5 minutes", "каждые 5 минут"),
    (Elapsed(11, "minutes"), "every 11 minutes", "каждые 11 минут"),
    (Elapsed(21, "minutes"), "every 21 minutes", "каждую 21 минуту"),
    (Elapsed(112, "minutes"), "every 112 minutes", "каждые 112 минут"),
    (Elapsed(1, "hours"), "every hour", "каждый час"),
    (Elapsed(21, "hours"), "every 21 hours", "каждый 21 час"),
    (Elapsed(22, "hours"), "every 22 hours", "каждые 22 часа"),
    (Daily(), "every day at 09:00", "каждый день в 09:00"),
    (Daily(3), "every 3 days at 09:00", "каждые 3 дня в 09:00"),
    (Daily(10), "every 10 days at 09:00", "каждые 10 дней в 09:00"),
    (
        Weekly(),
        "every week on Wednesday at 09:00",
        "каждую неделю по средам в 09:00",
    ),
    (
        Weekly(2, [0, 3]),
        "every 2 weeks on Monday and Thursday at 09:00",
        "каждые 2 недели по понедельникам и четвергам в 09:00",
    ),
    (
        Weekly(5, [1, 2, 6]),
        "every 5 weeks on Tuesday, Wednesday and Sunday at 09:00",
        "каждые 5 недель по вторникам, средам и воскресеньям в 09:00",
    ),
    (
        Monthly(),
        "every month on day 25 at 09:00",
        "каждый месяц 25-го числа в 09:00",
    ),
    (
        Monthly(6, DayOfMonth(31)),
        "every 6 months on day 31 at 09:00",
        "каждые 6 месяцев 31-го числа в 09:00",
    ),
    (
        Monthly(3, LastDay()),
        "every 3 months on the last day at 09:00",
        "каждые 3 месяца в последний день в 09:00",
    ),
    (
        Monthly(1, NthWeekday(2, 1)),
        "every month on the second Tuesday at 09:00",
        "каждый месяц во второй вторник в 09:00",
    ),
    (
        Monthly(1, NthWeekday(-1, 4)),
        "every month on the last Friday at 09:00",
        "каждый месяц в последнюю пятницу в 09:00",
    ),
    (
        Monthly(1, NthWeekday(1, 6)),
        "every month on the first Sunday at 09:00",
        "каждый месяц в первое воскресенье в 09:00",
    ),
    (
        Yearly(),
        "every year on 25 February at 09:00",
        "каждый год 25 февраля в 09:00",
    ),
    (
        Yearly(5),
        "every 5 years on 25 February at 09:00",
        "каждые 5 лет 25 февраля в 09:00",
    ),
]
CRONS = [
    ("* * * * *", "every minute", "каждую минуту"),
    ("*/5 * * * *", "every 5 minutes", "каждые 5 минут"),
    ("* * * * * *", "every second", "каждую секунду"),
    ("*/10 * * * * *", "every 10 seconds", "каждые 10 секунд"),
    ("0 */5 * * * *", "every 5 minutes", "каждые 5 минут"),
    ("@hourly", "every hour", "каждый час"),
    ("30 * * * *", "every hour at minute 30", "каждый час на 30-й минуте"),
    ("0 */2 * * *", "every 2 hours", "каждые 2 часа"),
    ("@daily", "every day at 00:00", "каждый день в 00:00"),
    (
        "0 9,18 * * *",
        "every day at 09:00 and 18:00",
        "каждый день в 09:00 и 18:00",
    ),
    ("30 0 9 * * *", "every day at 09:00:30", "каждый день в 09:00:30"),
    (
        "0 9 * * 1-5",
        "every week from Monday to Friday at 09:00",
        "каждую неделю с понедельника по пятницу в 09:00",
    ),
    (
        "0 9 * * tue-thu",
        "every week from Tuesday to Thursday at 09:00",
        "каждую неделю со вторника по четверг в 09:00",
    ),
    (
        "@weekly",
        "every week on Sunday at 00:00",
        "каждую неделю по воскресеньям в 00:00",
    ),
    ("0 9 * * 0-6", "every day at 09:00", "каждый день в 09:00"),
    (
        "0 9 * 6-8 1",
        "every week on Monday in June, July and August at 09:00",
        "каждую неделю по понедельникам в июне, июле и августе в 09:00",
    ),
    (
        "@monthly",
        "every month on day 1 at 00:00",
        "каждый месяц 1-го числа в 00:00",
    ),
    (
        "0 9 1,15 * ?",
        "every month on days 1 and 15 at 09:00",
        "каждый месяц 1-го и 15-го числа в 09:00",
    ),
    (
        "0 9 L * *",
        "every month on the last day at 09:00",
        "каждый месяц в последний день в 09:00",
    ),
    (
        "0 9 * * 2#2",
        "every month on the second Tuesday at 09:00",
        "каждый месяц во второй вторник в 09:00",
    ),
    (
        "0 9 * * 5L",
        "every month on the last Friday at 09:00",
        "каждый месяц в последнюю пятницу в 09:00",
    ),
    (
        "@yearly",
        "every year on 1 January at 00:00",
        "каждый год 1 января в 00:00",
    ),
    (
        "0 9 1 1,7 *",
        "every year in January and July on day 1 at 09:00",
        "каждый год в январе и июле 1-го числа в 09:00",
    ),
    (
        "*/15 9-17 * * 1-5",
        "every 15 minutes from 09:00 to 17:59, from Monday to Friday",
        "каждые 15 минут с 09:00 до 17:59, с понедельника по пятницу",
    ),
    (
        "*/30 * 9-17 * * *",
        "every 30 seconds from 09:00 to 17:59",
        "каждые 30 секунд с 09:00 до 17:59",
    ),
    (
        "0 9-17 * * *",
        "every hour from 09:00 to 17:00",
        "каждый час с 09:00 до 17:00",
    ),
    *(
        (
            expression,
            f"by the cron expression “{expression}”",
            f"по выражению cron «{expression}»",
        )
        for expression in (
            "*/7 * * * *",
            "0 0 1 * 1",
            "0 9 15W * *",
            "*/15 9,17 * * *",
            "*/5 */5 * * * *",
            "5 */5 * * * *",
            "0 0 1 */2 *",
            "0 0 * * */2",
            "0 0 * * 1#1,2#2",
            "0,10,20,30 9,10 * * *",
        )
    ),
]


@pytest.mark.parametrize(("rule", "english", "russian"), SCHEDULES, ids=str)
def test_a_schedule_in_words(rule, english, russian):
    recurrence = Recurrence(rule, START, None, ZoneInfo("Europe/Berlin"))

    assert describe(recurrence) == english
    assert describe(recurrence, "ru") == russian


@pytest.mark.parametrize(
    ("expression", "english", "russian"), CRONS, ids=[cron for cron, *_ in CRONS]
)
def test_cron_in_words(expression, english, russian):
    assert describe(Cron(expression)) == english
    assert describe(Cron(expression), "ru") == russian


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (Once(), "once"),
        (Weekly(2), "every 2 weeks"),
        (Monthly(), "every month"),
        (Monthly(1, LastDay()), "every month on the last day"),
        (Yearly(), "every year"),
    ],
)
def test_a_rule_alone_has_no_time_of_day(rule, words):
    assert describe(rule) == words


def test_the_time_of_day_is_that_of_the_zone():
    recurrence = Recurrence(Daily(), START, None, ZoneInfo("Asia/Kolkata"))

    assert describe(recurrence) == "every day at 13:30"


@pytest.mark.parametrize(
    ("code", "words"), [("ru-RU", "каждый день"), ("xx", "every day")]
)
def test_a_language_is_found_by_its_code(code, words):
    assert describe(Daily(), code) == words
