"""`manage.py runscheduler`: fire schedules, wake workers, watch over leases."""

from typing import Any

from django.core.management.base import BaseCommand

from workflows.scheduler import Scheduler


class Command(BaseCommand):
    help = "Fire schedules and look after executions. Any number may run."

    def handle(self, **options: Any) -> None:
        scheduler = Scheduler()
        scheduler.stop_on_signals()
        self.stdout.write("The scheduler is running.")
        self.stdout.flush()
        scheduler.run()
