"""Keep the shop busy: orders come in, some are paid, old ones go."""

from datetime import datetime, timedelta
from random import Random

from demo.shop.models import Customer, Order, Product
from demo.shop.sales import pay, place
from demo.shop.seeding import new_number, some_goods

#: Orders that one tidying removes, so that it never locks for long.
CHUNK = 500
#: Steps between two tidyings.
TIDY_EVERY = 50


class Trade:
    """A shop that is open; `step` is called every few seconds."""

    def __init__(self, dice: Random, *, keep: timedelta, most: int) -> None:
        self.dice = dice
        #: Orders go when they are older than `keep`, or more than `most` are newer.
        self.keep = keep
        self.most = most
        self.payers: list[tuple[datetime, Order]] = []
        self.steps = 0

    def step(self, now: datetime) -> Order:
        """Take the payments that are due, then take one new order."""
        self._take_payments(now)
        if self.steps % TIDY_EVERY == 0:
            tidy(now, self.keep, self.most)
        self.steps += 1
        return self._take_order(now)

    def _take_payments(self, now: datetime) -> None:
        due = [(at, order) for at, order in self.payers if at <= now]
        self.payers = [(at, order) for at, order in self.payers if at > now]
        for at, order in due:
            pay(order, at)

    def _take_order(self, now: datetime) -> Order:
        kind = self.dice.choices(KINDS, weights=[weight for weight, *_ in KINDS])[0]
        _, youngest, oldest, paying = kind
        age = self.dice.uniform(youngest, oldest)
        order = place(
            self.dice.choice(list(Customer.objects.all())),
            some_goods(list(Product.objects.all()), self.dice),
            number=new_number(self.dice),
            created_at=now - timedelta(minutes=age),
        )
        if self.dice.random() < paying:
            patience = timedelta(seconds=self.dice.uniform(5, 90))
            self.payers.append((now + patience, order))
        return order


#: Weight, age on arrival in minutes (from, to) and the share that pays. A visitor
#: does not wait half an hour: some arrive when it is nearly over. Those of a
#: marketplace arrive when it is over, so that only the every-minute workflow, which
#: looks at all that is unpaid, cancels them.
KINDS: tuple[tuple[int, float, float, float], ...] = (
    (55, 0.0, 0.0, 0.75),
    (30, 29.2, 29.9, 0.25),
    (15, 31.0, 45.0, 0.0),
)


def tidy(now: datetime, keep: timedelta, most: int) -> int:
    """Delete a chunk of the orders that are too old or too many; say how many."""
    old = Order.objects.created_before(now - keep).order_by("pk")
    ids = list(old.values_list("pk", flat=True)[:CHUNK])
    surplus = Order.objects.order_by("-pk").values_list("pk", flat=True)
    ids += list(surplus[most : most + CHUNK])
    return Order.objects.filter(pk__in=ids[:CHUNK]).delete()[1].get("shop.Order", 0)
