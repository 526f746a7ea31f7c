"""Recorded orders are replayed: exactly those that the oracle names are cancelled."""

import os
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from random import Random

import pytest
from django.core.management import CommandError, call_command

from demo.shop.models import Order
from demo.shop.replay.claims import broken
from demo.shop.replay.exceptions import LeftUnpaid
from demo.shop.replay.player import DateFieldPlayer, EveryMinutePlayer, Player
from demo.shop.replay.purchases import Purchase
from workflows.models import Execution, WorkflowVersion

START = datetime(2017, 7, 1, 23, 40, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
HALF_HOUR = 1800


class AsConfigured(DateFieldPlayer):
    """Searches every 15 seconds and plans five minutes ahead, as the settings say."""

    def play(self):
        return Player.play(self)


def random_purchases(seed, count=12, span=1200):
    """Make orders; their payments crowd around the moments at which it matters."""
    dice = Random(seed)
    purchases = []
    for index in range(count):
        at = dice.choice([dice.randrange(span), 60 * dice.randrange(span // 60)])
        to_minute = -(at + HALF_HOUR) % 60
        patience = dice.choice(
            [
                None,
                dice.randrange(60),
                dice.randrange(HALF_HOUR),
                HALF_HOUR + dice.choice([-1, 0, 1]),
                HALF_HOUR + to_minute + dice.choice([-1, 0, 1]),
                HALF_HOUR + dice.randrange(600),
            ]
        )
        purchased = START + at * SECOND
        approved = None if patience is None else purchased + patience * SECOND
        purchases.append(Purchase(f"o{index}", purchased, approved))
    return purchases


def unpaid_after_half_an_hour(purchase):
    paid = purchase.approved_at
    return paid is None or (paid - purchase.purchased_at).total_seconds() > HALF_HOUR


def unpaid_at_a_later_full_minute(purchase):
    """Walk from second to second, as slowly as can be."""
    moment = purchase.purchased_at
    while purchase.approved_at is None or moment < purchase.approved_at:
        age = (moment - purchase.purchased_at).total_seconds()
        if moment.second == 0 and age > HALF_HOUR:
            return True
        moment += SECOND
    return False


def cancelled():
    return set(Order.objects.cancelled().values_list("number", flat=True))


CASES = [
    (DateFieldPlayer, unpaid_after_half_an_hour),
    (EveryMinutePlayer, unpaid_at_a_later_full_minute),
]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("player", "oracle"), CASES)
def test_exactly_those_whom_the_oracle_names_are_cancelled(db, player, oracle, seed):
    purchases = random_purchases(seed)

    version = player(purchases).play()

    assert cancelled() == {each.number for each in purchases if oracle(each)}
    assert list(broken(player.example, purchases, version)) == []


def test_orders_are_found_by_searches_too(db):
    purchases = random_purchases(5, count=6, span=300)

    version = AsConfigured(purchases).play()

    assert cancelled() == {p.number for p in purchases if unpaid_after_half_an_hour(p)}
    assert list(broken("date-field", purchases, version)) == []


def test_each_order_has_one_execution_at_its_half_hour(db):
    purchases = random_purchases(7)

    DateFieldPlayer(purchases).play()

    planned = Execution.objects.order_by("planned_at").values_list("planned_at")
    due = sorted(each.purchased_at + 30 * MINUTE for each in purchases)
    assert [moment for (moment,) in planned] == due


def test_nothing_runs_while_nothing_is_unpaid(db):
    purchases = [
        Purchase("a", START + 30 * SECOND, START + 119 * SECOND),
        Purchase("b", START + timedelta(days=30), None),
    ]

    EveryMinutePlayer(purchases).play()

    # Of the first order one minute, before it was paid; 31 of the second.
    assert Execution.objects.count() == 1 + 31
    assert not WorkflowVersion.objects.enabled().exists()


def test_payment_of_a_cancelled_order_changes_nothing(db):
    DateFieldPlayer([Purchase("a", START, START + 40 * MINUTE)]).play()

    order = Order.objects.get()
    assert (order.status, order.paid_at) == (Order.Status.CANCELLED, None)


def test_workflow_that_cancels_nothing_ends_the_replay(db, monkeypatch):
    monkeypatch.setattr("workflows.engine.drain.Drain.run", lambda drain: 0)
    later = START + timedelta(days=1)
    purchases = [Purchase("a", START, None), Purchase("b", later, None)]

    with pytest.raises(LeftUnpaid, match="order a was still unpaid"):
        EveryMinutePlayer(purchases).play()


@pytest.mark.parametrize("player", [DateFieldPlayer, EveryMinutePlayer])
def test_wrong_outcome_is_noticed(db, player):
    purchases = random_purchases(1)
    version = player(purchases).play()
    numbers = cancelled()

    Order.objects.filter(number=min(numbers)).update(status=Order.Status.PAID)

    assert list(broken(player.example, purchases, version)) == [
        f"Order {min(numbers)} is paid."
    ]


@pytest.mark.parametrize("player", [DateFieldPlayer, EveryMinutePlayer])
def test_missing_execution_is_noticed(db, player):
    purchases = [Purchase("a", START, None)]
    version = player(purchases).play()

    Execution.objects.order_by("-planned_at")[0].delete()

    assert len(list(broken(player.example, purchases, version))) == 1


def test_failed_execution_is_noticed(db):
    purchases = [Purchase("a", START, None)]
    version = DateFieldPlayer(purchases).play()
    Execution.objects.update(status="error", reason="boom")

    assert "is error: boom" in next(broken("date-field", purchases, version))


@pytest.fixture
def file(tmp_path):
    """Write three orders, two of which nobody pays in time."""
    path = tmp_path / "orders.csv"
    path.write_text(
        "order_id,purchased_at,approved_at,status\n"
        "a,2017-07-01 12:00:10,2017-07-01 12:05:00,delivered\n"
        "b,2017-07-01 12:00:20,2017-07-01 12:30:30,delivered\n"
        "c,2017-07-01 12:00:30,,canceled\n"
    )
    return str(path)


def replay(*arguments):
    out = StringIO()
    call_command("replayorders", *arguments, stdout=out)
    return " ".join(out.getvalue().split())


def test_replay_prints_figures_and_leaves_the_shop_alone(shop, file):
    before = list(Order.objects.values_list("number", "status"))

    said = replay(file, "--zone=America/Sao_Paulo", "--expect=2")

    assert said.startswith("Orders: 3 Cancelled: 2 Executions: 3 Elapsed:")
    assert "Checked: Each order had exactly one execution" in said
    assert list(Order.objects.values_list("number", "status")) == before


def test_every_minute_cancels_one_order_less(db, file):
    said = replay(file, "--workflow=every-minute", "--here", "--expect=1")

    assert "Cancelled: 1 Executions: 31" in said
    assert cancelled() == {"c"}


def test_other_count_than_expected_fails(db, file):
    with pytest.raises(CommandError, match="2 orders were cancelled, not 3"):
        replay(file, "--here", "--expect=3")


def test_configured_database_must_be_empty(shop, file):
    with pytest.raises(CommandError, match="holds 60 orders and 0 workflows"):
        replay(file, "--here")


def test_broken_claim_fails(db, file, monkeypatch):
    command = "demo.shop.management.commands.replayorders"
    monkeypatch.setattr(f"{command}.broken", lambda *_: ["Order a is odd."])

    with pytest.raises(CommandError, match="Order a is odd.\n1 are wrong"):
        replay(file, "--here")


def test_missing_file_fails_with_a_sentence(tmp_path):
    with pytest.raises(CommandError, match="none.csv cannot be read"):
        replay(str(tmp_path / "none.csv"))


def test_unknown_zone_fails_with_a_sentence(file):
    with pytest.raises(CommandError, match="There is no time zone 'Mars/Olympus'"):
        replay(file, "--zone=Mars/Olympus")


@pytest.mark.parametrize(
    ("workflow", "count"), [("date-field", 867), ("every-minute", 865)]
)
def test_real_orders_are_cancelled_exactly(db, workflow, count):
    path = os.environ.get("ORDERS_CSV", "")
    if not path or not Path(path).exists():
        pytest.skip("ORDERS_CSV does not name the file of real orders")

    zone, expect = "--zone=America/Sao_Paulo", f"--expect={count}"
    assert f"Cancelled: {count}" in replay(path, zone, f"--workflow={workflow}", expect)
