"""Fill an empty shop: the same seed at the same moment gives the same orders."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.db import transaction
from django.utils import timezone

from demo.shop.catalogue import CUSTOMERS, PRODUCTS
from demo.shop.models import Customer, Order, OrderLine, Product

#: How far back orders go.
DAYS = 5
MINUTE = timedelta(minutes=1)
#: Unpaid for more than half an hour, and those that come to it while one watches.
OVERDUE, ABOUT_TO_BE = 12, 12


@dataclass(frozen=True)
class Seeded:
    """How much a seeding added."""

    customers: int
    products: int
    orders: int


def seed(now: datetime, orders: int, dice: Random, *, add: bool = False) -> Seeded:
    """Create what is missing; orders only in a shop without any, unless `add`."""
    with transaction.atomic():
        counts = _stock_up()
        if Order.objects.exists() and not add:
            return Seeded(*counts, orders=0)
        _place_all(list(_orders(now, orders, dice)), dice)
    return Seeded(*counts, orders=orders)


def new_number(dice: Random) -> str:
    return f"S-{dice.getrandbits(40):010X}"


def some_goods(products: Sequence[Product], dice: Random) -> list[tuple[Product, int]]:
    """Fill a basket: one to four products, mostly one of each."""
    chosen = dice.sample(products, k=dice.choice([1, 1, 2, 2, 3, 4]))
    return [(product, dice.choice([1, 1, 1, 2, 3])) for product in chosen]


def _stock_up() -> tuple[int, int]:
    known = set(Customer.objects.values_list("email", flat=True))
    customers = [
        Customer(name=name, email=f"{local}@example.com")
        for name, local in CUSTOMERS
        if f"{local}@example.com" not in known
    ]
    offered = set(Product.objects.values_list("name", flat=True))
    products = [
        Product(name=name, price=price, stock=stock)
        for name, price, stock in PRODUCTS
        if name not in offered
    ]
    Customer.objects.bulk_create(customers)
    Product.objects.bulk_create(products)
    return len(customers), len(products)


def _orders(now: datetime, count: int, dice: Random) -> Iterator[Order]:
    """Make orders: some overdue, some about to be, the others settled long ago."""
    overdue = min(OVERDUE, count // 3)
    about_to_be = min(ABOUT_TO_BE, count // 3)
    for _ in range(overdue):
        yield _order(now - dice.uniform(31, 300) * MINUTE, dice)
    for _ in range(about_to_be):
        yield _order(now - dice.uniform(28, 31) * MINUTE, dice)
    for _ in range(count - overdue - about_to_be):
        age = dice.uniform(60, DAYS * 24 * 60) * MINUTE
        yield _settled(_order(now - age, dice), now, dice)


def _order(created_at: datetime, dice: Random) -> Order:
    return Order(number=new_number(dice), created_at=created_at.replace(microsecond=0))


def _settled(order: Order, now: datetime, dice: Random) -> Order:
    """Let an order be cancelled, or paid in time and, after a day, shipped."""
    if dice.random() < 1 / 6:
        order.status = Order.Status.CANCELLED
        return order
    order.paid_at = order.created_at + timedelta(seconds=dice.randrange(20, 1700))
    shipped = now - order.created_at > timedelta(days=1)
    order.status = Order.Status.SHIPPED if shipped else Order.Status.PAID
    days = timedelta(days=dice.randrange(2, 10))
    order.delivery_on = timezone.localdate(order.created_at + days)
    return order


def _place_all(orders: list[Order], dice: Random) -> None:
    """Insert in bulk: no signal is sent, so that a search must find these orders."""
    customers = list(Customer.objects.order_by("email"))
    products = list(Product.objects.order_by("name"))
    lines: list[OrderLine] = []
    for order in orders:
        order.customer = dice.choice(customers)
        goods = some_goods(products, dice)
        order.total = sum((p.price * count for p, count in goods), start=order.total)
        lines.extend(
            OrderLine(order=order, product=p, quantity=count, price=p.price)
            for p, count in goods
        )
    Order.objects.bulk_create(orders)
    OrderLine.objects.bulk_create(lines)
