"""`manage.py openshop`: orders keep coming, until the process is stopped."""

import logging
import signal
import threading
from datetime import timedelta
from random import Random
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from demo.shop.seeding import seed
from demo.shop.trading import Trade

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Let orders come in: some are paid after a while, others never."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--every", type=float, default=4, help="Seconds between two orders."
        )
        parser.add_argument(
            "--days", type=float, default=7, help="Older orders are deleted."
        )
        parser.add_argument(
            "--most", type=int, default=5000, help="More orders are deleted."
        )

    def handle(self, *, every: float, days: float, most: int, **options: Any) -> None:
        stop = threading.Event()
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda *_: stop.set())
        dice = Random()
        seed(timezone.now(), 0, dice)
        trade = Trade(dice, keep=timedelta(days=days), most=most)
        self.stdout.write("The shop is open.")
        while not stop.wait(every):
            step(trade)
        self.stdout.write("The shop is closed.")


def step(trade: Trade) -> None:
    """Trade once; a database that does not answer costs an order, not the shop."""
    try:
        trade.step(timezone.now())
    except (DatabaseError, InterfaceError):
        logger.warning("The database does not answer; an order is lost.", exc_info=True)
        connection.close()
