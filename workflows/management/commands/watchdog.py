"""`manage.py watchdog`: one look at whether work is done, from cron or a timer."""

import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, InterfaceError
from django.utils import timezone

from workflows.watchdog import sentence, watch

#: Seconds after which a round that hangs is ended by the system: the next one comes.
LONGEST = 55


class Command(BaseCommand):
    help = "See whether work is done; mend, alert, prune at night. Run it each minute."
    #: A round is to say what is wrong, not to stop at it.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--longest",
            type=int,
            default=LONGEST,
            help="Seconds that this round may take; 0 for no limit.",
        )

    def handle(self, *, longest: int, verbosity: int, **options: Any) -> None:
        signal.alarm(longest)
        try:
            findings = watch(timezone.now())
        except (DatabaseError, InterfaceError) as error:
            message = f"The database does not answer, so that nobody is told: {error}"
            raise CommandError(message) from error
        finally:
            signal.alarm(0)
        for finding in findings:
            # Only asked for: what cron prints it mails, each minute.
            if verbosity > 1:
                self.stdout.write(sentence(finding.kind, finding.facts))
