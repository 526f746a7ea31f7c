"""What happens to orders besides workflows: they are placed, and paid."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from demo.shop.models import Customer, Order, OrderLine, Product


def place(
    customer: Customer,
    goods: Iterable[tuple[Product, int]],
    *,
    number: str,
    created_at: datetime,
) -> Order:
    """Create an unpaid order; `created_at` may be past, for orders that come late."""
    lines = [
        OrderLine(product=product, quantity=quantity, price=product.price)
        for product, quantity in goods
    ]
    with transaction.atomic():
        order = Order.objects.create(
            customer=customer,
            number=number,
            total=sum(line.price * line.quantity for line in lines),
            created_at=created_at,
        )
        for line in lines:
            line.order = order
        OrderLine.objects.bulk_create(lines)
    return order


def pay(order: Order, moment: datetime) -> bool:
    """Take a payment; False if the order no longer waits for one.

    The row is locked, so that a payment and a cancellation at the same time do not
    overwrite each other.
    """
    with transaction.atomic():
        waiting = Order.objects.unpaid().select_for_update().filter(pk=order.pk)
        found = waiting.first()
        if found is None:
            return False
        found.status, found.paid_at = Order.Status.PAID, moment
        found.save(update_fields=["status", "paid_at"])
    return True
