"""Executions inserted ahead of their moment, so that a moment is a mere claim.

One that is ahead is not counted yet, and goes if its workflow is disabled before its
time. Whoever planned it adopts it soon after its moment (`start_many`); left alone for
longer than `LATE`, no worker takes it any more, since it may have been missed.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from workflows.models import Execution
from workflows.options import Concurrency, Options
from workflows.services.event import Event, new_execution
from workflows.statements import statements
from workflows.statements.counting import count
from workflows.states import ExecutionStatus


def may_start_ahead(event: Event, options: Options) -> bool:
    """Tell an event that nothing can refuse when its moment comes."""
    plain = options.concurrency == Concurrency.PARALLEL and not event.ancestors
    return plain and event.limit is None


def insert_ahead(
    events: Sequence[tuple[Event, datetime]], now: datetime
) -> dict[str, int]:
    """Insert executions, each with the moment from which workers may take it."""
    rows = [new_execution(event, due_at, ahead=True) for event, due_at in events]
    created: dict[str, int] = statements().insert(rows, now) if rows else {}
    return created


def adopt(keys: Iterable[str]) -> dict[str, int]:
    """Take executions that are ahead as started; give their ids by key.

    The caller counts them.
    """
    ahead = Execution.objects.filter(event_key__in=list(keys), ahead=True)
    found = dict(ahead.values_list("event_key", "pk"))
    Execution.objects.filter(pk__in=found.values()).update(ahead=None)
    return found


def drop_ahead(ids: Iterable[int] = (), *, keys: Iterable[str] = ()) -> None:
    """Remove executions that are ahead, but for those that workers have: these count.

    To be called where whatever planned them is locked or gone.
    """
    named = Q(pk__in=list(ids)) | Q(event_key__in=list(keys))
    ahead = Execution.objects.filter(named, ahead=True)
    with transaction.atomic():
        ahead.filter(status=ExecutionStatus.QUEUED).delete()
        taken = list(ahead.select_for_update())
        Execution.objects.filter(pk__in=[each.pk for each in taken]).update(ahead=None)
        count((each.workflow_id, each.version_id) for each in taken)
