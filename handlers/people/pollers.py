"""What runs by the clock for tasks: reminders, escalations, ends, old ones deleted."""

from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, Min, OuterRef, QuerySet

from handlers.people.asking import ESCALATE, close
from handlers.people.models import HumanTask
from handlers.people.reminding import escalate, remind
from handlers.people.states import TaskState
from workflows.models import Execution, lock_free
from workflows.poller import Poller

#: Tasks that one poll takes.
CHUNK = 100
NEVER = datetime.min.replace(tzinfo=UTC)


class RemindPeople(Poller):
    """Reminds of open tasks, and asks others when it is time."""

    def poll(self, now: datetime) -> int:
        due = HumanTask.objects.open().filter(next_at__lte=now)
        keys = list(due.order_by("next_at").values_list("pk", flat=True)[:CHUNK])
        return sum(_take(due.filter(pk=key), now) for key in keys)

    def due(self, now: datetime) -> datetime | None:
        first: datetime | None = HumanTask.objects.open().aggregate(
            first=Min("next_at")
        )["first"]
        return first


def _take(due: "QuerySet[HumanTask]", now: datetime) -> int:
    """Do what is next of one task, unless another scheduler has it in hand."""
    with transaction.atomic():
        task = lock_free(due).first()
        if task is not None:
            _do_next(task, now)
    return int(task is not None)


def _do_next(task: HumanTask, now: datetime) -> None:
    """Do what is due of the agenda, and plan the rest.

    Of several reminders that were missed, one is enough.
    """
    due = {step["do"] for step in task.agenda if step["at"] <= now}
    task.agenda = [step for step in task.agenda if step["at"] > now]
    task.next_at = task.agenda[0]["at"] if task.agenda else None
    task.save(update_fields=["agenda", "next_at"])
    if HumanTask.objects.forsaken().filter(pk=task.pk).exists():
        close([task], TaskState.CANCELLED, now)
    elif ESCALATE in due:
        escalate(task, now)
    else:
        remind(task, now)


class CloseTasks(Poller):
    """Closes tasks that no workflow waits for, and deletes old ones with their runs."""

    period, rarely = timedelta(seconds=10), timedelta(minutes=10)

    def __init__(self) -> None:
        self._next = self._prune = NEVER

    def poll(self, now: datetime) -> int:
        done = 0
        if now >= self._next:
            done += self._close(now)
            self._next = now if done else now + self.period
        if now >= self._prune:
            pruned = _prune()
            self._prune = now if pruned else now + self.rarely
            done += pruned
        return done

    def _close(self, now: datetime) -> int:
        with transaction.atomic():
            forsaken = lock_free(HumanTask.objects.forsaken().order_by("pk"))
            return close(list(forsaken[:CHUNK]), TaskState.CANCELLED, now)

    def due(self, now: datetime) -> datetime | None:
        if HumanTask.objects.open().exists():
            return max(self._next, now)
        return max(self._prune, now)


def _prune() -> int:
    """Delete tasks whose executions the history no longer keeps."""
    known = Execution.objects.filter(pk=OuterRef("execution"))
    old = HumanTask.objects.exclude(state=TaskState.OPEN).filter(~Exists(known))
    keys = list(old.order_by("pk").values_list("pk", flat=True)[:CHUNK])
    HumanTask.objects.filter(pk__in=keys).delete()
    return len(keys)
