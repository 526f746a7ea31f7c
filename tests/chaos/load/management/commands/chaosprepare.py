"""`chaosprepare`: create the workflows of a campaign and enable their schedules."""

import json
import sys
from datetime import timedelta

from django.core.management.base import BaseCommand
from django.utils import timezone

from tests.chaos.recipes import ALL
from workflows import services


class Command(BaseCommand):
    """Take names of recipes as JSON; print the ids of their versions."""

    def handle(self, **options):
        self.now = timezone.now()
        made = {name: self._make(name, ALL[name]) for name in json.load(sys.stdin)}
        self.stdout.write(json.dumps(made))

    def _make(self, name, recipe):
        begins = self.now.replace(microsecond=0) - timedelta(minutes=1)
        config = {"starts_at": begins} | recipe.schedule
        if config.get("mode") == "field":
            del config["starts_at"]
        version = services.create(
            name,
            "schedule",
            config,
            definition=recipe.definition(),
            options=recipe.options,
        )
        if recipe.schedule or name == "disabled":
            # What is only to be disabled must not run by itself before.
            services.enable(version, self.now)
        return version.pk
