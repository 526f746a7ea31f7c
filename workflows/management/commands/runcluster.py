"""`manage.py runcluster`: workers, and a scheduler in their idle parent."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from workflows.cluster.host import ClusterHost
from workflows.scheduler import Scheduler

#: The exit code that asks a supervisor to start the cluster again.
AGAIN = 3


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
        scheduler = Scheduler(attends=not no_scheduler)
        scheduler.pollers.append(host.watch)
        scheduler.stop_on_signals()
        self._start(host)
        scheduler.run(is_healthy=host.is_healthy)
        if scheduler.is_stopping:
            host.stop()
        else:
            self._give_up(host)

    def _start(self, host: ClusterHost) -> None:
        try:
            host.start()
        except RuntimeError as error:
            raise CommandError(str(error), returncode=AGAIN) from error
        self.stdout.write("The cluster is running.")
        self.stdout.flush()

    def _give_up(self, host: ClusterHost) -> None:
        if host.is_alive():
            reason = "The cluster hears nothing while work waits; it is killed."
        else:
            reason = "The cluster died; what it had goes to others."
        self.stderr.write(reason)
        host.kill(timezone.now())
        sys.exit(AGAIN)
