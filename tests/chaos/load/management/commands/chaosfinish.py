"""`chaosfinish`: settle the schedules and disable them; say what they owed."""

import json
from datetime import timedelta
from time import monotonic

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from tests.chaos.load.models import Appointment
from tests.chaos.recipes import ALL
from triggers.models import Schedule
from triggers.schedule.config import ScheduleConfig
from triggers.schedule.recurrence import SECOND, runs_between
from workflows import services
from workflows.models import Execution, Workflow, WorkflowVersion
from workflows.poller import rest

#: Seconds that schedules get to catch up.
PATIENCE = 30


class Command(BaseCommand):
    """Print `{recipe: [moments]}` of what each schedule should have started.

    A schedule that lags behind has no armed moment in the future; it is printed as
    it is, and what it owes shows as missing.
    """

    def handle(self, **options):
        self._await_schedules()
        owed = {}
        for version in WorkflowVersion.objects.filter(enabled=True):
            if not ALL[version.workflow.title].schedule:
                continue
            owed[version.workflow.title] = self._settle(version)
        self.stdout.write(json.dumps(owed))

    def _await_schedules(self):
        """Let schedules that are late catch up: on a busy machine they are."""
        end = monotonic() + PATIENCE
        # Whoever was killed last is back, and has searched for records.
        rest(2.5)
        late = Schedule.objects.filter(version__enabled=True)
        while late.filter(next_run_at__lt=timezone.now() - SECOND).exists():
            if monotonic() > end:
                return
            rest(0.2)

    def _settle(self, version):
        with transaction.atomic():
            Workflow.objects.select_for_update().get(pk=version.workflow_id)
            rows = list(Schedule.objects.select_for_update().filter(version=version))
            services.disable(version)
        return [moment.isoformat() for moment in _owed(version, rows)]


def _owed(version, rows):
    config = ScheduleConfig.read(version.trigger_config)
    now = timezone.now()
    # Behind by more than this is late, not merely in somebody's hands.
    line = now - timedelta(seconds=3)
    if config.mode == "field":
        return _due_records(rows, line, now)
    armed = rows[0].next_run_at
    # One that was inserted ahead and is there still had begun when it was disabled.
    begun = Execution.objects.filter(pk=rows[0].ahead or 0).exists()
    until = armed if begun else max(armed - SECOND, line)
    return list(runs_between(config.recurrence, rows[0].armed_at, until))


def _due_records(rows, line, now):
    """List the dates that have come, but for those that are to fire right now."""
    armed = {row.record for row in rows if row.next_run_at and row.next_run_at > line}
    dates = Appointment.objects.filter(at__lte=now).values_list("pk", "at")
    return sorted(at for pk, at in dates if str(pk) not in armed)
