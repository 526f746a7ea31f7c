"""`startworks`: start the background works that standard input lists."""

import json
import sys

from django.core.management.base import BaseCommand

from handlers.work.starting import start_work


class Command(BaseCommand):
    """Take a list of the keys of StartWork as JSON."""

    def handle(self, **options):
        for number, keys in enumerate(json.load(sys.stdin)):
            start_work(**keys, variables={"work": number})
