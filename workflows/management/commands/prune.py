"""`manage.py prune`: remove history that the settings no longer keep, now."""

from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from workflows.exceptions import RetentionUnknown
from workflows.poller import rest
from workflows.services.retention import Chunks, prune_by


class Command(BaseCommand):
    help = "Remove old history in small chunks; the watchdog does so each night."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--seconds",
            type=float,
            default=float("inf"),
            help="Stop after so many seconds; the next call goes on.",
        )

    def handle(self, *, seconds: float, **options: Any) -> None:
        chunks = Chunks(monotonic, rest, monotonic() + seconds)
        try:
            counts = prune_by(chunks, timezone.now())
        except RetentionUnknown as error:
            raise CommandError(str(error)) from error
        for name, count in counts.items():
            if count:
                self.stdout.write(f"{name}: {count}")
        longest = round(chunks.longest * 1000)
        self.stdout.write(
            f"Removed {sum(counts.values())} rows; the longest chunk took {longest} ms."
        )
