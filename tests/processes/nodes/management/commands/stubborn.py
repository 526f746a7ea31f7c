"""`stubborn`: a child that does not want to stop."""

import signal

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    def handle(self, **options):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        self.stdout.write("Nothing stops me.")
        while True:
            signal.pause()
