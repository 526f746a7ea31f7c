import datetime as dt
import uuid
from decimal import Decimal

import pytest
from django.utils.translation import gettext_lazy
from hypothesis import given, strategies as st

from workflows.codec import decode, encode, readable
from workflows.exceptions import ResultNotStorable

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_characters="\0", codec="utf-8"))
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.datetimes(timezones=st.just(dt.UTC))
    | st.dates()
    | st.times()
    | st.uuids()
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from("abc"), inner),
)


@given(values)
def test_values_come_back_with_their_types(value):
    assert decode(encode(value)) == value


def test_a_duration_comes_back():
    duration = dt.timedelta(days=2, seconds=3)

    assert decode(encode(duration)) == duration


def test_a_foreign_object_that_looks_typed_stays_as_it_is():
    assert decode('{"$datetime": "yesterday"}') == {"$datetime": "yesterday"}


def test_lazy_texts_are_written_out():
    assert decode(encode([gettext_lazy("Monday")])) == ["Monday"]


@pytest.mark.parametrize(
    "value",
    [object(), {1: object()}, float("nan"), "a\0b", "half \ud800", uuid],
    ids=["object", "inside", "nan", "nul", "surrogate", "module"],
)
def test_what_json_cannot_hold_is_refused(value):
    with pytest.raises(ResultNotStorable, match="cannot be stored as JSON"):
        encode(value)


def test_a_text_that_only_speaks_of_nul_is_kept():
    assert decode(encode("C:\\u0000")) == "C:\\u0000"


def test_a_circle_is_refused():
    circle = []
    circle.append(circle)

    with pytest.raises(ResultNotStorable, match="cannot be stored"):
        encode(circle)


def test_readable_mends_what_databases_refuse():
    assert readable("a\0b\ud800", 10) == "a\N{REPLACEMENT CHARACTER}b?"


def test_readable_cuts():
    assert readable(Decimal("1.23456"), 4) == "1.23"


def test_deep_values_are_stored_on_every_database(make_version):
    deep: object = 1
    for _ in range(100):
        deep = [deep]

    version = make_version(options={"deep": deep})
    version.refresh_from_db()

    assert version.options == {"deep": deep}
