"""`prepare`: create the workflow that standard input describes, and start it."""

import json
import sys

from django.core.management.base import BaseCommand
from django.utils import timezone

from workflows import services


class Command(BaseCommand):
    """Take `{"nodes", "schedule", "options", "starts"}`; only the first is needed."""

    def handle(self, **options):
        wanted = json.load(sys.stdin)
        now = timezone.now()
        config = wanted.get("schedule") or {"starts_at": now}
        definition = {"schema": 1, "nodes": wanted["nodes"]}
        values = {"definition": definition, "options": wanted.get("options", {})}
        version = services.create("Test", "schedule", config, **values)
        if wanted.get("schedule"):
            services.enable(version, now)
        for _ in range(wanted.get("starts", 0)):
            services.run_manually(version, {}, now)
