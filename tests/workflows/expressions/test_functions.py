"""Functions beyond the examples of the page: edges and laws."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from workflows.expressions import compile_text

BERLIN = ZoneInfo("Europe/Berlin")
MONEY = st.decimals(-(10**9), 10**9, places=4)


def value_of(text: str, **variables: Any) -> Any:
    return compile_text("{{ " + text + " }}").render({"vars": variables})


@given(MONEY)
def test_round_is_half_up_as_on_paper(amount):
    found = value_of("ROUND(vars.x, 2)", x=amount)

    assert found == amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


@given(st.lists(MONEY, min_size=1))
def test_sum_of_decimals_is_exact(amounts):
    found = value_of("SUM(vars.x)", x=amounts)

    assert found == sum(amounts)
    assert isinstance(found, Decimal)


@given(st.integers(-(10**6), 10**6), st.integers(1, 10**6))
def test_modulo_has_the_sign_of_the_divisor(number, divisor):
    assert value_of("MOD(vars.a, vars.b)", a=number, b=divisor) == number % divisor
    assert value_of("MOD(vars.a, -vars.b)", a=number, b=divisor) == number % -divisor


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.integers(-500, 500))
def test_months_later_keep_the_day_or_end_the_month(day, months):
    found = value_of("EDATE(vars.d, vars.n)", d=day, n=months)

    assert found.day == min(
        day.day, value_of("EOMONTH(vars.d, vars.n)", d=day, n=months).day
    )


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.integers(-(10**4), 10**4))
def test_difference_undoes_adding(day, days):
    later = value_of("DATEADD(vars.d, vars.n, 'days')", d=day, n=days)

    assert value_of("DATEDIFF(vars.a, vars.b)", a=day, b=later) == days


@given(st.text(), st.integers(0, 50))
def test_left_and_rest_give_the_text(text, count):
    found = value_of(
        "LEFT(vars.t, vars.n) ~ MID(vars.t, vars.n + 1, 99999)", t=text, n=count
    )

    assert found == text


@given(st.lists(st.integers() | st.booleans() | st.text() | st.none()))
def test_unique_keeps_each_value_once(values):
    found = value_of("UNIQUE(vars.x)", x=values)

    assert len(found) == len({(isinstance(v, bool), v) for v in values})


@given(st.lists(st.integers()))
def test_sort_is_the_sort_of_python(values):
    assert value_of("SORT(vars.x, none, true)", x=values) == sorted(
        values, reverse=True
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ROUND(2.675, 2)", 2.68),
        ("ROUND(-2.5)", -3),
        ("ROUND(7, 3)", 7),
        ("ROUND(VALUE('1250.5'), -2)", Decimal(1300)),
        ("ROUND(1e300, 2)", 1e300),
        ("ROUNDUP(1.01)", 2),
        ("ROUNDDOWN(1.99)", 1),
        ("SUM(0.1, 0.2, 0.3)", 0.6),
        ("SUM(VALUE('0.1'), 0.2, 1)", Decimal("1.3")),
        ("SUM()", 0),
        ("AVERAGE(VALUE('1.00'), 2)", Decimal("1.5")),
        ("MIN(DATE(2026, 1, 2), DATE(2026, 1, 1))", date(2026, 1, 1)),
        ("MAX('b', 'a')", "b"),
        ("ABS(VALUE('-1.5'))", Decimal("1.5")),
        ("INT(VALUE('-1.5'))", -2),
        ("MOD(VALUE('-1.5'), 1)", Decimal("0.5")),
        ("VALUE('-7')", -7),
        ("VALUE(3)", 3),
        ("-VALUE('1.5')", Decimal("-1.5")),
        ("VALUE('2') ** 2", Decimal(4)),
        ("2 ** -1", 0.5),
        ("'ab' * 2", "abab"),
        ("2 * [1]", [1, 1]),
        ("VALUE('0.1') + 0.2 == 0.3", True),
        ("1 == 'a'", False),
        ("2 not in [1]", True),
    ],
)
def test_numbers_at_the_edges(text, value):
    assert value_of(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("RIGHT('abc', 9)", "abc"),
        ("RIGHT('abc', 0)", ""),
        ("LEFT('abc')", "a"),
        ("LEFT(1234, 2)", "12"),
        ("SPLIT(' a  b ')", ["a", "b"]),
        ("SUBSTITUTE('abc', '', 'x')", "abc"),
        ("REPLACE('abc', 4, 0, 'd')", "abcd"),
        ("CONTAINS([1, 2], 2)", True),
        ("CONTAINS({'a': 1}, 'a')", True),
        ("LEN({'a': 1})", 1),
        ("TEXT(-1234.5, '#,##0.0#')", "-1,234.5"),
        ("TEXT(1234567, '#,##0')", "1,234,567"),
        ("TEXT(5, '000')", "005"),
        ("TEXT(0.5, '€ 0.00')", "€ 0.50"),
        ("TEXT(VALUE('0.005'), '0.00')", "0.01"),
        ("TEXT(TIME(14, 5), 'h:mm AM/PM')", "2:05 PM"),
        ("TEXT(TIME(0, 5, 9), 'hh:mm:ss AM/PM')", "12:05:09 AM"),
        ("TEXT(TIME(7, 5, 9), 'h:m:s')", "7:5:9"),
        ("TEXT('2026-03-01', 'dddd d mmmm yy')", "Sunday 1 March 26"),
        ("TEXT('2026-03-01', 'ddd, dd mmm yyyy \"at\" m')", "Sun, 01 Mar 2026 at 3"),
        ("[1, none]|tojson", "[1, null]"),
        (
            "{'at': DATE(2026, 1, 1), 'n': VALUE('1.50')}|tojson",
            '{"at": "2026-01-01", "n": "1.50"}',
        ),
        ("'ab'|reverse", "ba"),
        ("'ab'|last", "b"),
        ("[]|first", None),
        ("[1]|string", "[1]"),
        ("'a'.find('z')", -1),
        ("[1].index(2)", -1),
        ("{'a': 1}|list", ["a"]),
        ("[{'a': 1}, {}]|selectattr('a', 'defined')", [{"a": 1}]),
        ("[{'a': 1}, {'a': 0}]|selectattr('a')", [{"a": 1}]),
        ("[{'a': 1}, {}]|rejectattr('a', 'undefined')", [{"a": 1}]),
        ("FILTER([{'a': 1}, {}], 'a', 1)", [{"a": 1}]),
        ("LOOKUP([], 'a', 1)", None),
        ("GET([{'a': [5]}], '0.a.-1')", 5),
        ("UNIQUE([1, 1.0, VALUE('1.00'), true, '1'])", [1, True, "1"]),
        ("UNIQUE([0.5, VALUE('0.5'), {'a': [1]}, {'a': [1]}])", [0.5, {"a": [1]}]),
        ("1 is empty", False),
        ("IF(false, 1)", None),
        ("IF(true, 1)", 1),
    ],
)
def test_texts_and_lists_at_the_edges(text, value):
    assert value_of(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("DATE('2026-01-31T23:00:00+00:00')", date(2026, 1, 31)),
        ("DATE(2026, 2)", date(2026, 2, 1)),
        ("DATETIME('2026-01-31')", datetime(2026, 1, 31)),  # noqa: DTZ001
        ("TIME('2026-01-31T09:30')", time(9, 30)),
        ("HOUR(DATE(2026, 1, 1))", 0),
        ("MINUTE(TIME(1, 2))", 2),
        ("WEEKDAY('2026-02-01', 1)", 1),
        ("DATEADD('2026-01-31T10:00', 90, 'minutes')", datetime(2026, 1, 31, 11, 30)),  # noqa: DTZ001
        ("DATEADD('2024-02-29', 1, 'year')", date(2025, 2, 28)),
        ("DATEADD('2026-01-31', -1, 'quarter')", date(2025, 10, 31)),
        ("DATEADD('2026-01-31', 2, 'weeks')", date(2026, 2, 14)),
        ("DATEDIFF('2026-01-31', '2026-02-28', 'months')", 1),
        ("DATEDIFF('2026-02-01', '2026-01-31', 'weeks')", 0),
        ("DATEDIFF('2026-03-01', '2025-02-28', 'years')", -1),
        ("DATEDIFF('2026-01-01T10:00', '2026-01-01T11:59', 'hours')", 1),
        ("DATEDIFF('2026-01-02', '2026-01-01T12:00', 'hours')", -12),
        ("DATEDIFF('2026-01-01', '2026-01-01T02:00:00+00:00', 'hours')", 2),
        ("DATEDIFF('2026-01-01T02:00:00+00:00', '2026-01-03', 'days')", 1),
        ("DATE(2026, 1, 2) - DATE(2026, 1, 1)", timedelta(days=1)),
        ("DATE(2026, 1, 1) + (DATE(2026, 1, 2) - DATE(2026, 1, 1))", date(2026, 1, 2)),
        ("DATE(2026, 1, 2) is date", True),
    ],
)
def test_dates_at_the_edges(text, value):
    assert value_of(text) == value


def test_hours_are_elapsed_and_days_are_on_the_wall():
    before = datetime(2026, 3, 28, 12, tzinfo=BERLIN)

    day = value_of("DATEADD(vars.d, 1, 'day')", d=before)
    hours = value_of("DATEADD(vars.d, 24, 'hours')", d=before)

    assert day == datetime(2026, 3, 29, 12, tzinfo=BERLIN)
    assert hours == datetime(2026, 3, 29, 13, tzinfo=BERLIN)


def test_difference_in_hours_counts_the_clock_change():
    scope = {
        "a": datetime(2026, 3, 28, 12, tzinfo=BERLIN),
        "b": datetime(2026, 3, 29, 12, tzinfo=BERLIN),
    }

    assert value_of("DATEDIFF(vars.a, vars.b, 'hours')", **scope) == 23
    assert value_of("DATEDIFF(vars.a, vars.b, 'days')", **scope) == 1


def test_moment_moves_to_another_zone():
    found = value_of(
        "INZONE(vars.d, 'Europe/Berlin')", d=datetime(2026, 7, 1, 12, tzinfo=UTC)
    )

    assert found.isoformat() == "2026-07-01T14:00:00+02:00"


def test_json_writes_what_scopes_hold():
    expected = f'{{"a": "{UUID(int=1)}", "s": [1], "m": {{"t": "09:00:00"}}}}'

    found = value_of(
        "vars|tojson", a=UUID(int=1), s={1}, m=MappingProxyType({"t": time(9)})
    )

    assert found == expected
