"""The demo shop on a Monday morning, the same at every start: for pictures."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.core.management import call_command

from demo.shop import sales
from demo.shop.models import Customer, Order, Product, Refund
from handlers.people.answering import Answer, answer
from handlers.people.models import TaskShare
from tests.admin_pages.cast import make, plain
from triggers.schedule.firing import FireSchedules
from workflows import services
from workflows.cluster import muted
from workflows.engine import inline
from workflows.models import Category, Execution, Workflow, WorkflowVersion

#: When the pictures are taken, and how long before that the shop was opened.
MOMENT = datetime(2026, 11, 23, 9, 30, 20, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
OPENED = 36
TEMPLATES = {
    "Orders": ["webhook-order", "flaky-service", "escalation"],
    "Customers": ["thank-customer", "delivery-reminder"],
    "Money": ["refund-approval", "daily-report"],
    "Upkeep": ["failure-watch", "low-stock"],
}


class Ticking:
    """A clock on which every look costs some milliseconds, as work does."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=3)
        return self.now


@contextmanager
def minutes_before(minutes: float) -> Iterator[datetime]:
    """Let it be so many minutes before the pictures, and work off what is due then."""
    moment = MOMENT - minutes * MINUTE
    with time_machine.travel(moment, tick=False), muted():
        yield moment
        FireSchedules().drain(moment)
        with inline(Ticking(moment)) as worker:
            worker.run()


def open_shop() -> tuple[Any, dict[str, Any]]:
    """Let the shop run; give its admin, and what the addresses are about."""
    with minutes_before(OPENED):
        call_command("setupdemo", verbosity=0)
        admin = get_user_model().objects.get(username="admin")
        for category, names in TEMPLATES.items():
            for name in names:
                _enable(name, category)
    with minutes_before(30):
        Refund.objects.create(order=_order(), amount=25, reason="The cup was broken.")
        _buy("A-2026-1041", 40)
    with minutes_before(28):
        _answer(admin)
        Refund.objects.create(order=_order(), amount=12, reason="It came too late.")
    for minute in range(20, 0, -1):
        with minutes_before(minute):
            pass
    with minutes_before(0.5):
        cast = {**make(admin, plain), **_documented(admin)}
    LogEntry.objects.update(action_time=MOMENT - MINUTE)
    return admin, cast


def _enable(name: str, category: str) -> None:
    version = services.enable(
        services.create_from_template(name), MOMENT - OPENED * MINUTE
    )
    Category.objects.get_or_create(name=category)[0].workflows.add(version.workflow)


def _order() -> Order:
    return Order.objects.filter(status=Order.Status.PAID).order_by("number")[0]


def _buy(number: str, quantity: int) -> None:
    """Order so much that somebody has to look at it."""
    goods = [(Product.objects.order_by("-price")[0], quantity)]
    now = MOMENT - 30 * MINUTE
    sales.place(Customer.objects.all()[0], goods, number=number, created_at=now)


def _answer(admin: Any) -> None:
    share = TaskShare.objects.filter(user=admin).earliest("pk")
    answer(share, Answer("approve", {}, ""), admin, MOMENT - 28 * MINUTE)


def _documented(admin: Any) -> dict[str, Any]:
    """Make what the docs are about; give it by the name that their pictures use."""
    every_minute = Workflow.objects.get(title__startswith="Cancel unpaid orders")
    ran = Execution.objects.filter(workflow=every_minute, status="succeeded")
    cancelled = ran.earliest("pk")
    return {
        "cancelled": cancelled.pk,
        "first_workflow": _first_workflow(admin).pk,
        "order_check": _order_check(admin).pk,
    }


def _first_workflow(admin: Any) -> WorkflowVersion:
    """Make the workflow of the tutorial."""
    document = services.export(
        WorkflowVersion.objects.get(workflow__title__startswith="Cancel unpaid orders")
    )
    nodes = document["definition"]["nodes"]
    for node, key in zip(nodes, ("dates", "update"), strict=True):
        node |= {"key": key, "title": ""}
    repeat = {"kind": "interval", "every": 1, "unit": "minutes"}
    start = datetime(2026, 1, 1, tzinfo=UTC)
    [_status, created] = nodes[1]["config"]["filter"]["rules"]
    created["value"] = "{{ nodes.dates }}"
    return services.create(
        "Cancel unpaid orders",
        "schedule",
        {"mode": "time", "zone": "UTC", "starts_at": start, "repeat": repeat},
        definition={"schema": 1, "nodes": nodes},
        user=admin,
    )


def _order_check(admin: Any) -> WorkflowVersion:
    """Make the workflow that the editor is shown with."""
    large = {"field": "total", "op": "gt", "value": 100}
    ada = {"field": "customer.name", "op": "eq", "value": "Ada"}
    rules = [
        {"field": "status", "op": "eq", "value": "unpaid"},
        {"match": "any", "rules": [large, ada]},
    ]
    find = {
        "collection": "shop.order",
        "mode": "list",
        "filter": {"match": "all", "rules": rules},
    }
    mail = {
        "to": "shop@example.org",
        "subject": "New orders",
        "text": "{{ LEN(nodes.orders) }} orders",
    }
    tell = {"key": "tell", "type": "mail", "title": "Tell the shop", "config": mail}
    check = {
        "key": "check",
        "type": "condition",
        "title": "Any new?",
        "config": {"by": "expression", "expression": "{{ LEN(nodes.orders) > 0 }}"},
        "branches": {"yes": [tell], "no": []},
    }
    orders = {
        "key": "orders",
        "type": "query",
        "title": "Find new orders",
        "config": find,
    }
    return services.create(
        "Daily order check",
        "schedule",
        {"zone": "UTC", "repeat": {"kind": "cron", "expression": "0 10 * * *"}},
        definition={"schema": 1, "nodes": [orders, check]},
        user=admin,
    )
