"""`manage.py replayorders FILE`: recorded orders through a workflow, in no time."""

from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.management.base import BaseCommand, CommandError, CommandParser

from demo.shop.models import Order
from demo.shop.replay.claims import broken, claims
from demo.shop.replay.database import configured_database, temporary_database
from demo.shop.replay.exceptions import ReplayError
from demo.shop.replay.player import PLAYERS
from demo.shop.replay.purchases import Purchase, read
from workflows.models import Execution

#: Broken claims that are printed.
SHOWN = 10


class Command(BaseCommand):
    help = "Replay the orders of a CSV file on a virtual clock, and check the outcome."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file",
            type=Path,
            help="Columns order_id, purchased_at, approved_at (may be empty).",
        )
        parser.add_argument(
            "--zone", default="UTC", help="The time zone of the times in the file."
        )
        parser.add_argument(
            "--workflow", choices=PLAYERS, default="date-field", help="Which example."
        )
        parser.add_argument(
            "--expect", type=int, metavar="N", help="Fail unless N are cancelled."
        )
        parser.add_argument(
            "--here",
            action="store_true",
            help="Use the configured database, which must be empty, and keep the data; "
            "otherwise a temporary SQLite database is used.",
        )

    def handle(self, *, file: Path, workflow: str, here: bool, **options: Any) -> None:
        try:
            purchases = read(file, _zone(options["zone"]))
            with configured_database() if here else temporary_database():
                cancelled, wrong = self._replay(purchases, workflow)
        except ReplayError as error:
            raise CommandError(str(error)) from error
        if wrong:
            raise CommandError("\n".join([*wrong[:SHOWN], f"{len(wrong)} are wrong."]))
        self.stdout.write(f"Checked: {claims(workflow)}")
        if options["expect"] not in (None, cancelled):
            message = f"{cancelled} orders were cancelled, not {options['expect']}."
            raise CommandError(message)

    def _replay(
        self, purchases: Sequence[Purchase], workflow: str
    ) -> tuple[int, list[str]]:
        """Play, and print the figures; give the cancelled and what is wrong."""
        begin = monotonic()
        version = PLAYERS[workflow](purchases).play()
        elapsed = monotonic() - begin
        executions = Execution.objects.count()
        cancelled = Order.objects.cancelled().count()
        for name, figure in (
            ("Orders", f"{len(purchases):,}"),
            ("Cancelled", f"{cancelled:,}"),
            ("Executions", f"{executions:,}"),
            ("Elapsed", f"{elapsed:,.1f} s"),
            ("Executions per second", f"{executions / elapsed:,.0f}"),
        ):
            self.stdout.write(f"{name + ':':23}{figure:>9}")
        return cancelled, list(broken(workflow, purchases, version))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        message = f"There is no time zone '{name}'."
        raise CommandError(message) from error
