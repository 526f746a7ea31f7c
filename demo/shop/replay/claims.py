"""What a replay claims, checked order by order against the recording alone."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from demo.shop.models import Order
from demo.shop.replay.purchases import Purchase
from workflows.models import Execution, Job, WorkflowVersion
from workflows.states import ExecutionStatus

HALF_HOUR, MINUTE = timedelta(minutes=30), timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Ran:
    """One execution: when it was planned, for which order, how many it cancelled."""

    planned_at: datetime | None
    started_at: datetime | None
    order_id: int | None
    count: int


def claims(name: str) -> str:
    """Say what `broken` has checked if it finds nothing."""
    return _CLAIMS[name]


_CLAIMS = {
    "date-field": (
        "Each order had exactly one execution, planned and run 30 minutes after the "
        "purchase to the second; it cancelled the order exactly if that was unpaid."
    ),
    "every-minute": (
        "Each order that was unpaid at the first full minute after its half hour was "
        "cancelled by exactly that minute's execution, and no other order was."
    ),
}


def broken(
    name: str, purchases: Sequence[Purchase], version: WorkflowVersion
) -> Iterator[str]:
    """Yield a sentence for each claim that does not hold."""
    yield from _not_succeeded(version)
    wrong = _every_minute if name == "every-minute" else _date_field
    yield from wrong(purchases, _ran(version))


def _not_succeeded(version: WorkflowVersion) -> Iterator[str]:
    rows = Execution.objects.filter(version=version.pk)
    for execution in rows.exclude(status=ExecutionStatus.SUCCEEDED):
        yield f"{execution} is {execution.status}: {execution.reason}"


def _ran(version: WorkflowVersion) -> list[Ran]:
    jobs = Job.objects.filter(execution__version=version.pk, node_key="cancel")
    rows = jobs.values_list(
        "execution__planned_at",
        "execution__started_at",
        "execution__context",
        "result",
    )
    return [
        Ran(planned, started, context.get("data", {}).get("id"), result["count"])
        for planned, started, context, result in rows.iterator()
        if result is not None
    ]


def _statuses() -> dict[str, tuple[int, str]]:
    rows = Order.objects.values_list("number", "pk", "status")
    return {number: (pk, status) for number, pk, status in rows}


def _date_field(purchases: Sequence[Purchase], ran: Sequence[Ran]) -> Iterator[str]:
    by_order: dict[int | None, list[Ran]] = {}
    for each in ran:
        by_order.setdefault(each.order_id, []).append(each)
    statuses = _statuses()
    for purchase in purchases:
        pk, status = statuses[purchase.number]
        moment = purchase.purchased_at + HALF_HOUR
        late = _is_unpaid_at(purchase, moment)
        expected = [Ran(moment, moment, pk, int(late))]
        if by_order.pop(pk, []) != expected:
            yield f"Order {purchase.number} had other executions than it should."
        if (status == Order.Status.CANCELLED) is not late:
            yield f"Order {purchase.number} is {status}."
    if by_order:
        yield f"{len(by_order)} executions belong to no order."


def _every_minute(purchases: Sequence[Purchase], ran: Sequence[Ran]) -> Iterator[str]:
    statuses = _statuses()
    expected: Counter[datetime | None] = Counter()
    for purchase in purchases:
        moment = next_minute(purchase.purchased_at + HALF_HOUR)
        late = _is_unpaid_at(purchase, moment)
        expected[moment] += late
        _, status = statuses[purchase.number]
        if (status == Order.Status.CANCELLED) is not late:
            yield f"Order {purchase.number} is {status}."
    for each in ran:
        # A second execution of one minute finds nothing expected any more.
        wanted = expected.pop(each.planned_at, 0)
        if each.count != wanted:
            yield f"At {each.planned_at} {each.count} were cancelled, not {wanted}."
        if each.started_at != each.planned_at or not _is_full(each.planned_at):
            yield f"That of {each.planned_at} was not run at its full minute."
    for minute in +expected:
        yield f"Nothing ran at {minute}."


def _is_full(moment: datetime | None) -> bool:
    return moment is not None and moment.second == moment.microsecond == 0


def next_minute(moment: datetime) -> datetime:
    """Give the first full minute that is strictly after a moment."""
    return moment.replace(second=0, microsecond=0) + MINUTE


def _is_unpaid_at(purchase: Purchase, moment: datetime) -> bool:
    """Tell whether it was unpaid; a payment at the very moment came in time."""
    return purchase.approved_at is None or purchase.approved_at > moment
