"""Whatever a handler raises or gives belongs to its node; the others go on."""

import asyncio
import signal
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.conftest import NOW, drain
from tests.nodes import Echo, node
from workflows import registry, services
from workflows.codec import decode, encode
from workflows.contracts import Effect, Ended, Failed, Succeeded, Waiting
from workflows.engine import inline
from workflows.engine.claims import claim
from workflows.exceptions import ResultNotStorable
from workflows.models import Category, Execution
from workflows.states import ExecutionStatus


class Nasty(Echo):
    """Does what its test wants, after a change to the database."""

    type = "nasty"
    act: Callable[[], Any]

    def run(self, run):
        Category.objects.create(name=f"nasty {run.execution_id}")
        return self.act()


@pytest.fixture(params=list(Effect))
def nasty(request, monkeypatch):
    """Have such a node, with each kind of effect in turn."""
    handler = Nasty()
    monkeypatch.setattr(handler, "effect", request.param)
    with registry.nodes.temporarily("nasty", handler):
        yield handler


@pytest.fixture
def pure():
    handler = Nasty()
    with registry.nodes.temporarily("nasty", handler):
        yield handler


@pytest.fixture
def no_ctrl_c():
    """Handle the signal of Ctrl-C as workers do."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGINT, before)


def raising(error):
    def act():
        raise error

    return act


def beside_a_neighbour(make_version):
    """Run a nasty execution in one group with a healthy one; give the first."""
    nasty = services.run_manually(make_version(node("nasty")), {}, NOW)
    healthy = services.run_manually(make_version(node("echo", 1)), {}, NOW)
    drain()
    nasty.refresh_from_db()
    healthy.refresh_from_db()
    assert healthy.status == ExecutionStatus.SUCCEEDED
    assert nasty.status != ExecutionStatus.RUNNING
    return nasty


@pytest.mark.parametrize(
    "error",
    [
        SystemExit(3),
        KeyboardInterrupt(),
        GeneratorExit(),
        asyncio.CancelledError(),
        MemoryError(),
        RecursionError(),
        StopIteration(),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "\ud800"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_a_handler_raises_is_an_error_of_its_node(
    make_version, nasty, no_ctrl_c, error
):
    nasty.act = raising(error)

    execution = beside_a_neighbour(make_version)

    assert execution.status == ExecutionStatus.ERROR
    assert type(error).__name__ in execution.jobs.get().error


def test_ctrl_c_itself_is_not_kept_from_the_process(make_version, pure):
    signal.signal(signal.SIGINT, signal.default_int_handler)
    pure.act = lambda: signal.raise_signal(signal.SIGINT)
    services.run_manually(make_version(node("nasty")), {}, NOW)

    with pytest.raises(KeyboardInterrupt, match="^$"):
        drain()


def deep(levels):
    value = []
    for _ in range(levels):
        value = [value]
    return value


def circle():
    value = {}
    value["self"] = value
    return value


class Liar(str):
    __slots__ = ()

    def __str__(self):
        raise SystemExit("no text")


NO_BRANCH: Any = []
NO_MOMENT: Any = "soon"
UNSTORABLE = {
    "not a number": Succeeded(float("nan")),
    "infinite": Succeeded(float("inf")),
    "huge number": Succeeded(10**5000),
    "half a character": Succeeded("half a \ud800 character"),
    "NUL in a key": Succeeded({"key \0": 1}),
    "NUL": Succeeded("a NUL \0"),
    "too deep": Succeeded(deep(100_000)),
    "circle": Succeeded(circle()),
    "key of another type": Succeeded({(1, 2): 3}),
    "object": Succeeded(object()),
    "branch of another type": Succeeded(1, branch=NO_BRANCH),
    "log without text": Succeeded(1, log=Liar()),
    "failure without text": Failed(Liar()),
    "failure with an object": Failed("no", result={"a set of": {object()}}),
    "end without text": Ended(succeeded=True, message=Liar()),
    "waits for no moment": Waiting(NO_MOMENT),
    "waits without a zone": Waiting(datetime(2026, 1, 1)),  # noqa: DTZ001 - the fault
    "waits with no number": Waiting(None, float("nan")),
    "nothing": None,
    "text": "text",
    "class": Succeeded,
}


@pytest.mark.parametrize("name", UNSTORABLE)
def test_what_cannot_be_stored_is_an_error_of_its_node(make_version, nasty, name):
    nasty.act = lambda: UNSTORABLE[name]

    execution = beside_a_neighbour(make_version)

    assert execution.status == ExecutionStatus.ERROR
    assert execution.jobs.get().error


@pytest.mark.parametrize(
    "value",
    [{1, 2}, 10**400, 2**70, -0.0, 0.1, "\N{GRINNING FACE}", {"": None}, deep(400)],
    ids=lambda value: ascii(value)[:20],
)
def test_what_can_be_stored_comes_back(make_version, nasty, value):
    nasty.act = lambda: Succeeded(value)

    execution = beside_a_neighbour(make_version)

    assert execution.status == ExecutionStatus.SUCCEEDED
    assert execution.jobs.get().result == decode(encode(value))


def test_whatever_depth_is_stored_can_be_read_again(make_version, pure):
    """Reading happens in another place of the engine, where the stack is deeper."""
    pure.act = lambda: Succeeded(deepest())
    version = make_version(node("nasty"), node("pause"), node("echo", 1))
    execution = services.run_manually(version, {}, NOW)

    drain()
    drain(NOW + timedelta(minutes=1))

    execution.refresh_from_db()
    assert execution.status == ExecutionStatus.SUCCEEDED


def deepest():
    levels = 1
    while True:
        try:
            encode(deep(levels + 1))
        except ResultNotStorable:
            return deep(levels)
        levels += 1


def test_a_database_effect_of_a_node_that_raised_is_taken_back(make_version, nasty):
    nasty.act = raising(SystemExit())

    beside_a_neighbour(make_version)

    is_taken_back = nasty.effect is Effect.DATABASE
    assert Category.objects.exists() is not is_taken_back


PUT_AWAY = {
    "disabled": services.disable,
    "archived": lambda version: services.archive_version(version, NOW),
    "archived with its workflow": lambda version: services.archive(
        version.workflow, NOW
    ),
}


@pytest.mark.parametrize("how", PUT_AWAY)
def test_a_version_that_is_put_away_finishes_what_it_began(make_version, run, how):
    version = make_version(node("pause"), node("echo", 1))
    services.enable(version, NOW)
    execution = run(version)

    PUT_AWAY[how](version)
    drain(NOW + timedelta(minutes=1))

    execution.refresh_from_db()
    assert execution.status == ExecutionStatus.SUCCEEDED


@pytest.fixture
def drain_in_node(make_version):
    """Stop the clock while a worker is inside a node with a timeout of a minute."""
    version = make_version(node("echo", 1), options={"timeout": 60})
    services.run_manually(version, {}, NOW)
    with inline(lambda: NOW) as worker:
        [run] = worker._take([])
        worker._at = run
        yield worker


def test_a_node_within_its_timeout_does_not_hang(drain_in_node):
    assert drain_in_node.hangs(NOW + timedelta(seconds=64)) == ""


def test_a_node_beyond_timeout_and_grace_hangs(drain_in_node):
    hanging = drain_in_node.hangs(NOW + timedelta(seconds=65))

    assert hanging == f"Execution {Execution.objects.get().pk} at node 'echo'"


def test_a_worker_between_its_nodes_does_not_hang(make_version):
    version = make_version(node("echo", 1), options={"timeout": 60})
    services.run_manually(version, {}, NOW)
    with inline(lambda: NOW) as worker:
        worker.run()

        assert worker.hangs(NOW + timedelta(days=1)) == ""


def test_expiring_waits_for_nobody(make_version, run):
    version = make_version(node("pause", "for ever"), options={"timeout": 60})
    run(version)
    services.run_manually(version, {}, NOW)
    claim(1, NOW, 10)

    assert services.expire(NOW + timedelta(minutes=2)) == 1
