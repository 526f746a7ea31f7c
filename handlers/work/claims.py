"""Claims of works: who runs which, counted before it runs, fenced by a token."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from handlers.conf import settings
from handlers.work import conditions
from handlers.work.backoff import pause
from handlers.work.models import Work, WorkQuerySet, WorkRun
from handlers.work.states import RunState, WorkState
from workflows import services
from workflows.conf import settings as engine_settings
from workflows.exceptions import KilledItsWorker
from workflows.models import Worker, lock_free

#: Works that one look passes over because they have to wait.
GLANCE = 50


def claim(
    owner: int, worker: str, now: datetime, ids: Iterable[int] = ()
) -> tuple[Work, WorkRun] | None:
    """Take one work that may run now, those in `ids` first; None if there is none.

    The attempt and the delivery are committed before anything runs, so that a work
    which kills its worker is counted.
    """
    for chosen in (list(ids), []) if ids else ([],):
        for _look in range(GLANCE):
            with transaction.atomic():
                work = _next(now, chosen)
                if work is None:
                    break
                if _is_held_back(work, now) or _is_poison(work, now):
                    continue
                return work, _mark(work, owner, worker, now)
    return None


def _next(now: datetime, ids: list[int]) -> Work | None:
    rows = Work.objects.claimable(now)
    if ids:
        rows = rows.filter(pk__in=ids)
    return lock_free(rows).order_by("due_at", "pk").first()


def _is_held_back(work: Work, now: datetime) -> bool:
    """Put a work off whose conditions do not hold; that is no attempt."""
    unmet = conditions.unmet(work.conditions)
    if not unmet:
        return False
    since = work.unmet_since or now
    Work.objects.filter(pk=work.pk).update(
        unmet=unmet, unmet_since=since, due_at=now + settings().recheck
    )
    return True


def _is_poison(work: Work, now: datetime) -> bool:
    """Park a work that its workers did not survive."""
    if work.deliveries < engine_settings().max_deliveries:
        return False
    Work.objects.filter(pk=work.pk).move(
        WorkState.FAILED,
        reason=f"It {KilledItsWorker(work.deliveries)}.",
        finished_at=now,
        due_at=None,
        periodic_tag=None,
    )
    return True


def _mark(work: Work, owner: int, worker: str, now: datetime) -> WorkRun:
    Work.objects.filter(pk=work.pk).move(
        WorkState.RUNNING,
        owner=owner,
        token=F("token") + 1,
        deliveries=F("deliveries") + 1,
        attempts=F("attempts") + 1,
        started_at=now,
        due_at=None,
        unmet=[],
        unmet_since=None,
        progress=None,
    )
    work.state, work.owner = WorkState.RUNNING, owner
    work.token, work.deliveries = work.token + 1, work.deliveries + 1
    work.attempts, work.started_at = work.attempts + 1, now
    return WorkRun.objects.create(
        work=work, number=work.attempts, worker=worker, started_at=now
    )


def ours(work: Work) -> WorkQuerySet:
    """Find the row while the claim lasts; empty once it is cancelled or taken."""
    return Work.objects.filter(
        pk=work.pk, token=work.token, owner=work.owner, state=WorkState.RUNNING
    )


def give_back(works: WorkQuerySet, now: datetime, reason: str) -> list[int]:
    """Take running works from workers that are gone, and queue them again."""
    with transaction.atomic():
        running = works.filter(state=WorkState.RUNNING)
        rows = list(lock_free(running).only("pk", "deliveries")[:200])
        for row in rows:
            # One that may have killed its worker must not kill the next at once.
            rest = pause(row.deliveries - 1) if row.deliveries > 1 else timedelta(0)
            Work.objects.filter(pk=row.pk).move(
                WorkState.ENQUEUED,
                owner=None,
                token=F("token") + 1,
                due_at=now + rest,
                reason=reason,
                progress=None,
            )
        ids = [row.pk for row in rows]
        runs = WorkRun.objects.filter(work__in=ids, state=RunState.RUNNING)
        runs.update(state=RunState.LOST, finished_at=now, reason=reason)
        services.wake_lane("works", ids)
    return ids


def abandoned(now: datetime) -> WorkQuerySet:
    """Find running works whose worker is not believed alive."""
    alive = Worker.objects.alive(now).filter(pk=OuterRef("owner"))
    return Work.objects.filter(state=WorkState.RUNNING).filter(~Exists(alive))
