"""Play recorded orders back: each change at its moment, each fire at its own.

Nothing is played but the clock. Orders are saved, so that `post_save` plans them; the
scheduler's own poller fires them; a worker's drain runs the executions.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from demo.shop import examples
from demo.shop.models import Customer, Order
from demo.shop.replay.exceptions import LeftUnpaid
from demo.shop.replay.purchases import Purchase
from demo.shop.sales import pay, place
from triggers.schedule.firing import FireSchedules
from workflows import clock, services
from workflows.cluster import muted
from workflows.conf import changed
from workflows.engine import Drain, inline
from workflows.models import WorkflowVersion

#: An unpaid order is settled after this: half an hour and a full minute.
SETTLED = timedelta(minutes=31)
#: On the real clock a search for dates runs every 15 seconds and plans five minutes
#: ahead: in two years that would be four million searches that find nothing.
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """What the shop does to an order; of two at one moment the order comes first."""

    moment: datetime
    is_payment: bool
    number: str


class Player:
    """Walks from moment to moment, whichever comes next: a change or a fire.

    At one moment changes come before fires: an order that is paid in the very second
    in which it would be cancelled is paid.
    """

    example: ClassVar[str]

    def __init__(self, purchases: Sequence[Purchase]) -> None:
        self.changes = deque(_changes(purchases))
        self.start = self.changes[0].moment - timedelta(seconds=1)
        self.end = max(each.purchased_at for each in purchases) + SETTLED
        self.poller = FireSchedules()
        self.orders: dict[str, Order] = {}

    def play(self) -> WorkflowVersion:
        """Play everything; give the version that did the work."""
        with clock.at(self.start), muted(), inline(clock.now) as drain:
            self.customer = Customer.objects.create(
                name="Replay", email="replay@example.com"
            )
            self.version = examples.create(self.example)
            self.prepare(self.start)
            due = self.poller.due(self.start)
            while (moment := self._next(due)) is not None:
                with clock.at(moment):
                    if self._change(moment):
                        due = self.poller.due(moment)
                    due = self._fire(moment, due, drain)
                    if self.settle(moment):
                        due = self.poller.due(moment)
        return self.version

    def prepare(self, now: datetime) -> None:
        """Do what is to be done before the first order."""

    def before_order(self, now: datetime) -> None:
        """Do what is to be done before an order comes in."""

    def settle(self, now: datetime) -> bool:
        """Do what is left of a moment; say whether schedules have changed."""
        return False

    def _next(self, due: datetime | None) -> datetime | None:
        if self.changes:
            change = self.changes[0].moment
            return change if due is None else min(change, due)
        return due if due is not None and due <= self.end else None

    def _change(self, moment: datetime) -> bool:
        """Do to orders what was done to them then; say whether that was anything."""
        before = len(self.changes)
        while self.changes and self.changes[0].moment == moment:
            change = self.changes.popleft()
            if change.is_payment:
                pay(self.orders.pop(change.number), moment)
                continue
            self.before_order(moment)
            self.orders[change.number] = place(
                self.customer, (), number=change.number, created_at=moment
            )
        return len(self.changes) < before

    def _fire(
        self, moment: datetime, due: datetime | None, drain: Drain
    ) -> datetime | None:
        """Poll while something is due, run what that started, tell what is due next."""
        fired = 0
        while due is not None and due <= moment:
            fired += self.poller.poll(moment)
            due = self.poller.due(moment)
        if fired:
            drain.run()
        return due


class DateFieldPlayer(Player):
    """One execution for each order, 30 minutes after it was created."""

    example = "date-field"

    def play(self) -> WorkflowVersion:
        with changed(horizon=DAY, sweep_period=DAY):
            return super().play()

    def prepare(self, now: datetime) -> None:
        services.enable(self.version, now)


class EveryMinutePlayer(Player):
    """One execution at each full minute, as long as anything is unpaid.

    In between the workflow is disabled and enabled again, as an admin would do it: two
    years have a million minutes in which there is nothing to cancel.
    """

    example = "every-minute"
    enabled = False

    def before_order(self, now: datetime) -> None:
        if not self.enabled:
            services.enable(self.version, now)
            self.enabled = True

    def settle(self, now: datetime) -> bool:
        if not self.enabled or self._waits(now):
            return False
        services.disable(self.version)
        self.enabled = False
        return True

    def _waits(self, now: datetime) -> bool:
        """Tell whether an order is unpaid; raise if one stays so for too long."""
        eldest = Order.objects.unpaid().order_by("created_at").first()
        if eldest is not None and eldest.created_at < now - SETTLED:
            raise LeftUnpaid(eldest.number, now)
        return eldest is not None


PLAYERS: dict[str, type[Player]] = {
    player.example: player for player in (DateFieldPlayer, EveryMinutePlayer)
}


def _changes(purchases: Sequence[Purchase]) -> list[Change]:
    orders = [
        Change(each.purchased_at, is_payment=False, number=each.number)
        for each in purchases
    ]
    payments = [
        Change(each.approved_at, is_payment=True, number=each.number)
        for each in purchases
        if each.approved_at is not None
    ]
    return sorted(orders + payments)
