"""Recorded orders are read; what is wrong with a file is named."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from demo.shop.replay.exceptions import OrdersFileInvalid
from demo.shop.replay.purchases import Purchase, read

HEAD = "order_id,purchased_at,approved_at\n"
ZONE = ZoneInfo("America/Sao_Paulo")


@pytest.fixture
def write(tmp_path):
    def write(text):
        path = tmp_path / "orders.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def test_times_are_on_the_clock_of_the_zone(write):
    path = write(HEAD + "a,2017-07-01 12:00:00,2017-07-01 12:30:01\n")

    assert read(path, ZONE) == [
        Purchase(
            "a",
            datetime(2017, 7, 1, 15, tzinfo=UTC),
            datetime(2017, 7, 1, 15, 30, 1, tzinfo=UTC),
        )
    ]


def test_summer_time_counts(write):
    path = write(HEAD + "a,2017-01-01 12:00:00,\n")

    assert read(path, ZONE)[0].purchased_at == datetime(2017, 1, 1, 14, tzinfo=UTC)


def test_order_without_approval_was_never_paid(write):
    assert read(write(HEAD + "a,2017-07-01 12:00:00,\n"), ZONE)[0].approved_at is None


def test_other_columns_and_a_byte_order_mark_do_no_harm(write):
    path = write("\ufefforder_id,x,purchased_at,approved_at\na,,2017-07-01 12:00:00,\n")

    assert len(read(path, ZONE)) == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "line 1: columns missing: order_id, purchased_at, approved_at"),
        ("order_id,purchased_at\n", "line 1: columns missing: approved_at"),
        (HEAD, "holds no orders"),
        (HEAD + "a,yesterday,\n", "line 2, column purchased_at: 'yesterday' is no"),
        (HEAD + "a\n", "line 2, column purchased_at: '' is no date"),
        (HEAD + "a,2017-07-01,later\n", "line 2, column approved_at: 'later' is no"),
        (HEAD + ",2017-07-01 12:00:00,\n", "line 2, column order_id: it is empty"),
        (
            HEAD + "a,2017-07-01 12:00:00,\nb,2017-07-01T12:00:00Z,\n",
            "line 3, column purchased_at: .* has a time zone of its own",
        ),
        (
            HEAD + "a,2017-07-01 12:00:00,\na,2017-07-01 12:00:00,\n",
            "line 3, column order_id: 'a' is on line 2 already",
        ),
        (
            HEAD + "a,2017-07-01 12:00:00,2017-07-01 11:59:59\n",
            "line 2, column approved_at: it is before the purchase",
        ),
        (b"\xff\xfe\x00", "cannot be read"),
    ],
)
def test_what_is_wrong_is_named(write, text, says):
    with pytest.raises(OrdersFileInvalid, match=says):
        read(write(text), ZONE)


def test_missing_file_is_named(tmp_path):
    with pytest.raises(OrdersFileInvalid, match="nowhere.csv cannot be read: No such"):
        read(tmp_path / "nowhere.csv", ZONE)
