"""The sentences of the package in English and Russian; it needs no catalogue."""

ENGLISH_NOTES = {
    "skipped": "the clock change skips {wanted} on this day; runs at {actual}",
    "repeated_once": "the clock shows {wanted} twice on this day; runs the first time",
    "repeated_first": "the clock shows {wanted} twice on this day; the first of both",
    "repeated_again": "the clock shows {wanted} twice on this day; the second of both",
    "short_month": "the month has no day {wanted}; runs on day {actual}",
}
RUSSIAN_NOTES = {
    "skipped": "перевод часов пропускает {wanted} в этот день; запуск в {actual}",
    "repeated_once": "часы показывают {wanted} дважды в этот день; запуск в первый раз",
    "repeated_first": "часы показывают {wanted} дважды в этот день; первый из двух",
    "repeated_again": "часы показывают {wanted} дважды в этот день; второй из двух",
    "short_month": "в этом месяце нет {wanted}-го числа; запуск {actual}-го",
}
#: Sentences of `InvalidRule`, by their English form.
RUSSIAN_ERRORS: dict[str, str] = {
    "There is no time zone %(given)s; choose one such as 'Europe/Berlin'.": (
        "Нет часового пояса %(given)s; выберите, например, 'Europe/Berlin'."
    ),
    "There is no time zone %(given)s; did you mean '%(near)s'?": (
        "Нет часового пояса %(given)s; возможно, это '%(near)s'?"
    ),
    "'%(item)s' asks for a weekday that no month has; use #1 to #5.": (
        "'%(item)s': такого дня недели нет ни в одном месяце; укажите от #1 до #5."
    ),
    "'%(item)s' has more than one day; 'W' needs one.": (
        "В '%(item)s' больше одного дня; для 'W' нужен один."
    ),
    "The step in '%(item)s' must be from 1 to %(most)s; "
    "for longer steps use an interval.": (
        "Шаг в '%(item)s' должен быть от 1 до %(most)s; "
        "для большего шага используйте интервал."
    ),
    "The %(name)s '%(item)s' must be from %(low)s to %(high)s.": (
        "Значение '%(item)s' (%(name)s) должно быть от %(low)s до %(high)s."
    ),
    "'%(item)s' is no %(name)s; use numbers, lists, ranges and steps "
    "such as '5', '1,2', '1-5' or '*/10'.": (
        "'%(item)s' не подходит (%(name)s); используйте числа, списки, диапазоны "
        "и шаги: '5', '1,2', '1-5' или '*/10'."
    ),
    "A cron expression is a text such as '0 9 * * 1-5', not %(given)s.": (
        "Выражение cron — это текст вида '0 9 * * 1-5', а не %(given)s."
    ),
    "'%(given)s' has %(count)s fields; write 5 (minute, hour, day, month, "
    "weekday) or 6 with the seconds first.": (
        "В выражении '%(given)s' полей: %(count)s; нужно 5 (минута, час, день, "
        "месяц, день недели) или 6, начиная с секунд."
    ),
    "The cron expression has %(length)s characters; use at most %(most)s.": (
        "В выражении cron символов: %(length)s; допустимо не больше %(most)s."
    ),
    "The cron expression has the character %(given)s; use plain letters, "
    "digits and * , - / # ? only.": (
        "В выражении cron есть символ %(given)s; допустимы только латинские "
        "буквы, цифры и * , - / # ?"
    ),
    "'%(item)s' means another time at every reading; write the number.": (
        "'%(item)s' при каждом чтении означает другое время; укажите число."
    ),
    "'%(given)s' never occurs; choose a day that its months have.": (
        "'%(given)s' никогда не наступит; выберите день, который есть в этих месяцах."
    ),
    "Weekdays are a list of numbers such as [0, 3], not %(given)s.": (
        "Дни недели — это список чисел вида [0, 3], а не %(given)s."
    ),
    "'%(name)s' must be a whole number from %(low)s to %(high)s, not %(given)s.": (
        "'%(name)s' — целое число от %(low)s до %(high)s, а не %(given)s."
    ),
    "The unit %(given)s is not known; choose one of: %(units)s.": (
        "Единица %(given)s неизвестна; выберите одну из: %(units)s."
    ),
    "Without cron a schedule needs a start.": (
        "Без cron расписанию нужно время начала."
    ),
    "'%(name)s' needs a time zone.": "Для '%(name)s' нужен часовой пояс.",
    "A rule is an object with a 'kind', not %(given)s.": (
        "Правило — это объект с ключом 'kind', а не %(given)s."
    ),
    "The kind %(given)s is not known; choose one of: %(kinds)s.": (
        "Вид %(given)s неизвестен; выберите один из: %(kinds)s."
    ),
    "The day of the month %(given)s is not known; "
    "give 'day', 'last_day': true, or 'nth' with 'weekday'.": (
        "День месяца %(given)s неизвестен; "
        "укажите 'day', 'last_day': true или 'nth' с 'weekday'."
    ),
    "This rule has no %(given)s; remove it. It has: %(known)s.": (
        "У этого правила нет %(given)s; уберите его. Допустимо: %(known)s."
    ),
}


def note_texts(language: str) -> dict[str, str]:
    return RUSSIAN_NOTES if language.startswith("ru") else ENGLISH_NOTES
