"""Try one node by itself, as the engine would run it, and keep nothing of it."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import DEFAULT_DB_ALIAS, transaction

from workflows.attempts import Errored, attempt
from workflows.collections import allowed, home_of
from workflows.contracts import Effect, NodeResult, NodeRun
from workflows.engine.answers import storable
from workflows.engine.asking import input_of
from workflows.engine.compiled import CompiledStep, compile_step
from workflows.engine.mishaps import limit_of, raise_if_late
from workflows.engine.run import Call
from workflows.graph import Step
from workflows.registry import nodes

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Tried:
    """What a node answered, what its expressions gave, and how long it took."""

    answer: NodeResult | Errored
    duration: timedelta
    input: Mapping[str, Any] | None = None


def run_alone(step: Step, scope: Mapping[str, Any], clock: Clock) -> Tried:
    """Run a node with the names that its expressions see; `now` is added to them.

    What it does to the databases of the collections is rolled back. What it does in
    the world outside is real.
    """
    now = clock()
    made = attempt(lambda: _prepared(step, scope, now), blame_database=True)
    if isinstance(made, Errored):
        return Tried(made, clock() - now)

    def answer() -> NodeResult:
        given = storable(made)
        raise_if_late(made, clock())
        return given

    if made.compiled.effect is Effect.OUTSIDE:
        answered = attempt(answer, blame_database=True)
    else:
        with undone():
            answered = attempt(answer, blame_database=True)
    return Tried(answered, clock() - now, input_of(made))


def _prepared(step: Step, scope: Mapping[str, Any], now: datetime) -> Call:
    nodes.get(step.type)
    compiled = compile_step(step)
    if not isinstance(compiled, CompiledStep):
        raise compiled
    known = {**scope, "now": now}
    run = NodeRun(
        config=compiled.config.render(known),
        now=now,
        key=step.key,
        idempotency_key=f"test-{step.key}-{uuid.uuid4().hex}",
        scope=known,
        timeout=limit_of(step.options),
    )
    return Call(compiled, run)


@contextmanager
def undone() -> Iterator[None]:
    """Roll back what is done meanwhile, wherever the collections are."""
    aliases = {DEFAULT_DB_ALIAS, *map(home_of, allowed())}
    with ExitStack() as stack:
        for alias in sorted(aliases):
            stack.enter_context(transaction.atomic(using=alias))
        yield
        for alias in aliases:
            transaction.set_rollback(True, using=alias)
