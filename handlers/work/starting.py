"""Starting works and stopping them: orders become rows, and workers hear of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from handlers.actions.commands import command_of
from handlers.actions.errors import HandlersInvalid
from handlers.actions.stack import TRANSIENT, HashMap
from handlers.conf import settings
from handlers.work.models import Work, WorkQuerySet, WorkRun
from handlers.work.orders import (
    Order,
    VariablesTooLarge,
    check_complete,
    read_periodic,
    read_start,
    read_transfer,
)
from handlers.work.sealing import Content, columns
from handlers.work.states import Kind, RunState, WorkState
from workflows import clock
from workflows.codec import readable
from workflows.exceptions import WorkflowError
from workflows.services import wake_lane

#: The name under which workers know of works.
LANE = "works"


class NotMoved(WorkflowError):
    """A work that is not where one thought it was."""

    def __init__(self, work: Work, wanted: str) -> None:
        super().__init__(
            f"Background work {work} cannot be {wanted}: it is "
            f"'{work.get_state_display()}'."
        )


def start_work(
    work: Sequence[Mapping[str, Any]] | str,
    *,
    variables: Mapping[str, object] | None = None,
    break_if_error: bool = False,
    user: Any = None,
    **keys: Any,
) -> Work:
    """Start a work from Python; raise a `WorkflowError` if it cannot be.

    `work` is the handler array; the keys are those of the command: `tag`, `retry`,
    `conditions` and `exists`. With `break_if_error` an error skips the handlers that
    are left. The work begins once the transaction is committed.
    """
    order = read_start({"work": work, **keys})
    return _start(replace(order, break_if_error=break_if_error), variables, user)


def start_periodic_work(
    work: Sequence[Mapping[str, Any]] | str,
    period: int,
    *,
    variables: Mapping[str, object] | None = None,
    break_if_error: bool = False,
    user: Any = None,
    **keys: Any,
) -> Work:
    """Start a work that runs again `period` minutes after each end, 15 at least.

    The keys are `tag` and `conditions`.
    """
    order = read_periodic({"work": work, "period": period, **keys})
    return _start(replace(order, break_if_error=break_if_error), variables, user)


def _start(order: Order, variables: Mapping[str, object] | None, user: Any) -> Work:
    stack = HashMap(variables or {}).as_dict()
    return place(replace(order, variables=stack), clock.now(), user=user)


def stop_work(tag: str) -> int:
    """Cancel every unfinished work with this tag; say how many there were."""
    return stop(tagged(tag), clock.now(), "stopped by its tag")


def tagged(tag: Any) -> WorkQuerySet:
    """Find works by their tag; raise without one, which would be all without a tag."""
    if not isinstance(tag, str) or not tag.strip():
        raise HandlersInvalid("StopWork", "a tag is expected, as a text.")
    return Work.objects.filter(tag=tag.strip())


#: Reads the order that a command is.
COMMANDS: Mapping[str, Callable[[Any], Order]] = {
    "StartWork": read_start,
    "StartPeriodicWork": read_periodic,
    "StartDownloadWorkRequest": lambda value: read_transfer(value, Kind.DOWNLOAD),
    "StartUploadWorkRequest": lambda value: read_transfer(value, Kind.UPLOAD),
}


def place(order: Order, now: datetime, *, user: Any = None) -> Work:
    """Put an order into the queue; give the work, or the one that is kept instead."""
    with transaction.atomic():
        work = _placed(order, now, user)
        wake_lane(LANE, [work.pk])
    return work


def _placed(order: Order, now: datetime, user: Any) -> Work:
    if order.kind == Kind.PERIODIC and order.tag:
        return _renewed(order) or _created(order, now, user)
    if order.exists and order.tag:
        same = Work.objects.unfinished().filter(tag=order.tag, kind=order.kind)
        kept = same.order_by("pk").first()
        if kept is not None and order.exists == "keep":
            return kept
        stop(same, now, "replaced by a newer one")
    return _created(order, now, user)


def _renewed(order: Order) -> Work | None:
    """Give an unfinished periodic work of this tag its new form; its phase stays."""
    row = Work.objects.select_for_update().filter(periodic_tag=order.tag).first()
    if row is None:
        return None
    for name, value in _values(order).items():
        setattr(row, name, value)
    row.save(update_fields=list(_values(order)))
    return row


def _created(order: Order, now: datetime, user: Any) -> Work:
    work = Work(
        **_values(order),
        # Without a tag there is nothing to renew it by.
        periodic_tag=(order.tag or None) if order.kind == Kind.PERIODIC else None,
        started_by=user if getattr(user, "pk", None) else None,
        created_at=now,
        due_at=now,
    )
    if work.periodic_tag is None:
        work.save(force_insert=True)
        return work
    try:
        with transaction.atomic():
            work.save(force_insert=True)
    except IntegrityError:
        # Somebody else was faster to start it.
        return _renewed(order) or Work.objects.get(periodic_tag=order.tag)
    return work


def _values(order: Order) -> dict[str, Any]:
    request = order.request
    body = (
        {"request": request.as_json()}
        if request is not None
        else {"work": [action.as_json() for action in order.actions]}
    )
    headers = request.headers if request is not None else {}
    return {
        "kind": order.kind,
        "tag": order.tag,
        "title": readable(order.title),
        **columns(Content(body, _snapshot(order.variables), headers)),
        "retry": bool(order.retry),
        "conditions": [str(each) for each in order.conditions or ()],
        "period": order.period,
        "break_if_error": order.break_if_error,
        "database": order.database,
        "note": order.note[:300],
    }


def _snapshot(variables: Mapping[str, str]) -> dict[str, str]:
    """Keep the variables of the starter: no commands, nothing of its own run."""
    flags = {*TRANSIENT, "BreakHandlers", "BreakHandlersIfError"}
    kept = {
        readable(name, 200): readable(text, len(text))
        for name, text in variables.items()
        if name not in flags and command_of(name) is None
    }
    # A variable that is cut would be another one: none is, at any length.
    limit = settings().command_limit
    if sum(len(name) + len(text) for name, text in kept.items()) > limit:
        raise VariablesTooLarge(limit)
    check_complete(kept)
    return kept


def stop(works: WorkQuerySet, now: datetime, reason: str) -> int:
    """Cancel those that are unfinished; what runs stops before its next handler.

    Their runs end here: a worker that is dead by then could not do it.
    """
    ids = list(works.unfinished().values_list("pk", flat=True))
    stopped = Work.objects.filter(pk__in=ids).move(
        WorkState.CANCELLED,
        reason=reason,
        finished_at=now,
        due_at=None,
        periodic_tag=None,
        unmet=[],
        unmet_since=None,
        progress=None,
    )
    if stopped:
        runs = WorkRun.objects.filter(work__in=ids, state=RunState.RUNNING)
        runs = runs.filter(work__state=WorkState.CANCELLED)
        runs.update(state=RunState.STOPPED, reason=reason, finished_at=now)
    return stopped


def run_now(work: Work, now: datetime) -> Work:
    """Let a work that waits run at once; conditions must hold nevertheless."""
    with transaction.atomic():
        if not Work.objects.waiting().filter(pk=work.pk).update(due_at=now):
            work.refresh_from_db(fields=["state"])
            raise NotMoved(work, "run now")
        wake_lane(LANE, [work.pk])
    return work


def try_again(work: Work, now: datetime) -> Work:
    """Queue a work again that has failed for good."""
    with transaction.atomic():
        moved = Work.objects.filter(pk=work.pk).move(
            WorkState.ENQUEUED,
            due_at=now,
            finished_at=None,
            failures=0,
            deliveries=0,
            reason="",
        )
        if not moved:
            work.refresh_from_db(fields=["state"])
            raise NotMoved(work, "tried again")
        wake_lane(LANE, [work.pk])
    return work
