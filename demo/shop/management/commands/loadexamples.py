"""`manage.py loadexamples`: the two workflows that cancel unpaid orders."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from demo.shop.examples import load


class Command(BaseCommand):
    help = "Create and enable the example workflows that are not there yet."

    def handle(self, **options: Any) -> None:
        for title in load(timezone.now()):
            self.stdout.write(f"Enabled '{title}'.")
