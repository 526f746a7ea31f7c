"""`manage.py runcluster`: workers, and a scheduler in their idle parent."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from workflows.cluster.host import ClusterHost
from workflows.scheduler import Scheduler


class Command(BaseCommand):
    help = "Run executions on this machine, and a scheduler unless told not to."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--no-scheduler",
            action="store_true",
            help="Run no scheduler here; another process does.",
        )

    def handle(self, *, no_scheduler: bool, **options: Any) -> None:
        host = ClusterHost()
        host.start()
        self.stdout.write("The cluster is running.")
        scheduler = Scheduler(pollers=[] if no_scheduler else None)
        scheduler.stop_on_signals()
        scheduler.run(is_healthy=host.is_alive)
        if not host.stop():
            self.stderr.write("The cluster died; what it had goes to others.")
            sys.exit(3)
