"""`manage.py seedshop`: customers, products and the orders of the last days."""

from random import Random
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from demo.shop.seeding import seed


class Command(BaseCommand):
    help = "Fill the shop. What is there already is kept; a second run adds nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--seed", type=int, default=1, help="Another number, other orders."
        )
        parser.add_argument(
            "--orders", type=int, default=300, help="How many orders to create."
        )
        parser.add_argument(
            "--add", action="store_true", help="Add orders to those there are."
        )

    def handle(self, *, orders: int, add: bool, **options: Any) -> None:
        # With --add the same numbers would come again.
        first = options["seed"] if not add else None
        dice = Random(first)
        made = seed(timezone.now(), orders, dice, add=add)
        self.stdout.write(
            f"Added {made.customers} customers, {made.products} products "
            f"and {made.orders} orders."
        )
