"""`chaosdump`: print what the database holds after a campaign, for the check."""

import json

from django.core.management.base import BaseCommand
from django.core.serializers.json import DjangoJSONEncoder

from tests.chaos.load.models import Ledger
from workflows.cluster import unheard
from workflows.models import Execution, Job

COLUMNS = {
    "executions": (
        Execution,
        ("pk", "workflow__title", "event_key", "status", "reason", "planned_at"),
    ),
    "jobs": (Job, ("execution_id", "node_key", "status", "attempt", "error")),
    "ledger": (Ledger, ("execution", "node")),
}


class Command(BaseCommand):
    """Print rows by table, and how many messages wait."""

    def handle(self, **options):
        found: dict[str, object] = {
            name: list(model._default_manager.order_by("pk").values_list(*columns))
            for name, (model, columns) in COLUMNS.items()
        }
        found["messages"] = unheard()
        self.stdout.write(json.dumps(found, cls=DjangoJSONEncoder))
