"""What the addresses are about: one of everything, with plain names or absurd ones."""

from datetime import timedelta
from typing import Any, Protocol

from django.utils import timezone

from handlers.actions.models import Document, HttpAlias, SqlDatabase
from handlers.inbox.models import InboxMessage
from handlers.inbox.telling import Letter, tell
from handlers.outbox.models import Notification
from handlers.people.models import HumanTask
from handlers.work.crew import run_due
from handlers.work.models import Work
from handlers.work.starting import start_work
from handlers.work.tokens import issue
from tests.conftest import drain
from triggers.models import Webhook
from workflows import services
from workflows.cluster import muted
from workflows.contracts import Hands
from workflows.models import Category, Execution, Worker, WorkflowVersion


class Says(Protocol):
    """Makes a name out of a plain one, no longer than so many characters."""

    def __call__(self, text: str, most: int = 200) -> str: ...


ATTACK = "<img src=x onerror=alert(1)><b>"
#: Markup, a turn to the right-to-left that is never taken back, a bell, and no space.
ABSURD = f"{ATTACK}\u202eשלום\u0007 " + "Unbreakable" * 30

DAILY = {"zone": "Europe/Berlin", "repeat": {"kind": "cron", "expression": "0 9 * * *"}}
QUESTIONS: list[dict[str, Any]] = [
    {"name": "amount", "type": "decimal", "required": True},
    {"name": "way", "type": "choice", "choices": ["card", "cash"]},
    {"name": "day", "type": "date"},
    {"name": "at", "type": "datetime"},
    {"name": "sure", "type": "boolean"},
    {"name": "why", "type": "long_text"},
]


def plain(text: str, most: int = 200) -> str:
    return text[:most]


def absurd(text: str, most: int = 200) -> str:
    return f"{text} {ABSURD}"[:most]


def make(owner: Any, says: Says) -> dict[str, Any]:
    """Make one of everything; give what stands for each in an address."""
    with muted():
        return {
            "app": "workflows",
            "switch": "schedules",
            "template": "every-minute",
            "node": "sum",
            "job": 1,
            **_workflow(owner, says),
            **_people(owner, says),
            **_works(owner, says),
            **_connections(owner, says),
        }


def _workflow(owner: Any, says: Says) -> dict[str, Any]:
    first = _failing(owner, says)
    services.run_manually(first, {}, timezone.now())
    drain(timezone.now())
    version = services.copy_as_version(first)
    nodes = [
        *version.definition["nodes"][:1],
        _log(says),
        {"key": "off", "type": "nope"},
    ]
    services.edit(version, {"schema": 1, "nodes": nodes})
    category = Category.objects.create(name=says("Warehouse", 100))
    category.workflows.add(version.workflow)
    return {
        "workflow": version.workflow_id,
        "version": version.pk,
        "category": category.pk,
        "execution": Execution.objects.get(version=first).pk,
        "worker": _worker(says).pk,
        "webhook": _webhook(owner, says),
    }


def _failing(owner: Any, says: Says) -> WorkflowVersion:
    """Make a workflow whose run goes into a branch and fails there."""
    ends = {"outcome": "failure", "message": says("Too little is left", 500)}
    branches = {"yes": [_log(says)], "no": [_node("end", "end", says, **ends)]}
    asks = _node("condition", "many", says, by="expression", expression="{{ false }}")
    value = {"total": 42, "text": says("a result", 400)}
    return services.create(
        says("Count the stock"),
        "schedule",
        DAILY,
        description=says("Counts what is in the warehouse.", 1000),
        user=owner,
        definition={
            "schema": 1,
            "nodes": [
                _node("calculation", "sum", says, value=value),
                {**asks, "branches": branches},
            ],
        },
    )


def _node(kind: str, key: str, says: Says, **config: Any) -> dict[str, Any]:
    title, note = says("Step", 200), says("Why it is there.", 400)
    return {"key": key, "type": kind, "title": title, "note": note, "config": config}


def _log(says: Says) -> dict[str, Any]:
    return _node("log", "note", says, message=says("It was counted.", 400))


def _worker(says: Says) -> Worker:
    now = timezone.now()
    return Worker.objects.create(
        kind="worker",
        host=says("warehouse", 200),
        pid=4711,
        started_at=now - timedelta(hours=2),
        lease_until=now + timedelta(days=400),
    )


def _webhook(owner: Any, says: Says) -> int:
    version = services.create(
        says("Take a delivery"),
        "webhook",
        {},
        user=owner,
        definition={"schema": 1, "nodes": [_log(says)]},
    )
    services.enable(version, timezone.now())
    return Webhook.objects.get(workflow=version.workflow_id).pk


def _people(owner: Any, says: Says) -> dict[str, Any]:
    """Ask the owner by a workflow that waits, and tell them something."""
    asked = [{**each, "label": says(each["name"], 100)} for each in QUESTIONS]
    config = {
        "title": says("Pay it back?", 200),
        "description": says("The customer has sent it back.", 400),
        "users": owner.get_username(),
        "questions": asked,
        "deadline": "duration",
    }
    ask = {"key": "ask", "type": "manual", "config": config}
    version = services.create(
        says("Pay back"),
        "manual",
        {},
        user=owner,
        definition={"schema": 1, "nodes": [ask]},
    )
    running = services.run_manually(version, {}, timezone.now())
    drain(timezone.now())
    task = HumanTask.objects.get(execution=running)
    letter = Letter(says("It was paid back"), says("All of it.", 2000))
    tell([owner], letter, timezone.now())
    return {
        "running": running.pk,
        "task": task.pk,
        "share": task.shares.get(user=owner).pk,
        "message": InboxMessage.objects.filter(user=owner).latest("pk").pk,
    }


def _works(owner: Any, says: Says) -> dict[str, Any]:
    """Let one work fail, and another wait."""
    handlers = [
        {"action": "run", "type": "set", "method": says("a=1", 300)},
        {"action": "run", "type": "sql", "method": says("select from nowhere", 300)},
    ]
    failed = start_work(
        handlers, tag=says("load", 200), break_if_error=True, user=owner
    )
    worker = _worker(says)
    hands = Hands(worker.pk, str(worker), timezone.now, lambda: False)
    run_due(hands)
    waits = start_work(
        handlers[:1], tag=says("wait", 200), retry=True, conditions="IDLE;CHARGING"
    )
    note = Notification.objects.create(
        number=waits.pk,
        title=says("Loading", 200),
        message=says("Half of it is there.", 400),
        progress=50,
        work=waits,
        changed_at=timezone.now(),
    )
    assert Work.objects.get(pk=failed.pk).is_final
    return {"work": failed.pk, "busy_work": waits.pk, "notification": note.pk}


def _connections(owner: Any, says: Says) -> dict[str, Any]:
    alias = HttpAlias(name=says("store", 100), url="http://127.0.0.1:9")
    alias.secret = {"user": says("ann", 100), "headers": {"X-Key": "k"}}
    alias.save()
    database = SqlDatabase.objects.create(name=says("stock", 100))
    document = Document.objects.create(
        database=says("stock", 100),
        collection=says("goods", 100),
        key=says("A1", 100),
        value={"name": says("Tea", 400)},
    )
    return {
        "alias": alias.pk,
        "database": database.pk,
        "document": document.pk,
        "token": issue(says("scanner", 100), owner)[0].pk,
    }
