"""What must be true after a campaign: pure, and tested with planted faults."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from tests.chaos.recipes import ALL, KILLED

FINAL = {"succeeded", "failed", "error", "cancelled", "timed_out", "rejected", "missed"}
#: Connections that a process may have more than it had at first.
SLACK = 6
#: Claims after which an execution is taken for poison.
DELIVERIES = 3
#: Messages that may wait: as many as are sent again while nobody takes them.
QUEUE = 25


@dataclass(frozen=True)
class Execution:
    pk: int
    recipe: str
    event_key: str
    status: str
    reason: str = ""
    planned_at: str | None = None


@dataclass(frozen=True)
class Job:
    execution: int
    node: str
    status: str
    attempt: int = 1
    error: str = ""


@dataclass(frozen=True)
class Line:
    """One beginning of a node, as the world outside saw it."""

    execution: int
    node: str
    key: str
    attempt: int
    pid: int = 0
    at: float = 0.0


@dataclass
class Found:
    """All that is there after a campaign."""

    #: What was asked for and confirmed: key and recipe.
    asked: list[tuple[str, str]] = field(default_factory=list)
    #: The moments that each schedule owes, by recipe.
    owed: dict[str, list[str]] = field(default_factory=dict)
    executions: list[Execution] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    ledger: list[tuple[int, str]] = field(default_factory=list)
    journal: list[Line] = field(default_factory=list)
    #: How often the worker of an execution was killed or frozen under it.
    hits: dict[int, int] = field(default_factory=dict)
    #: Strikes that may have hit any execution: the database did not answer then.
    blind: int = 0
    messages: int = 0
    connections: tuple[int, int] = (0, 0)
    #: Processes that are left after everybody was told to end.
    orphans: list[str] = field(default_factory=list)
    #: What processes did that they should not: said by those who watched.
    conduct: list[str] = field(default_factory=list)


def check(found):
    """List the faults, each a sentence; nothing is what it should be."""
    jobs = defaultdict(list)
    for job in found.jobs:
        jobs[job.execution].append(job)
    return [
        *_lost(found),
        *_moments(found),
        *_ends(found),
        *_effects(found, jobs),
        *_calls(found, jobs),
        *_traces(found),
    ]


def _lost(found):
    keys = Counter(execution.event_key for execution in found.executions)
    for key, recipe in found.asked:
        if keys[key] != 1:
            yield f"Event {key} of '{recipe}' has {keys[key]} executions."
    for key, number in keys.items():
        if number > 1:
            yield f"Event {key} has {number} executions."


def _moments(found):
    for recipe, owed in found.owed.items():
        fired = Counter(
            e.planned_at
            for e in found.executions
            if e.recipe == recipe and not e.event_key.startswith("chaos-")
        )
        wanted = Counter(owed)
        for moment, number in sorted((wanted - fired).items()):
            yield f"'{recipe}' lacks {number} of its moment {moment}."
        for moment, number in sorted((fired - wanted).items()):
            yield f"'{recipe}' fired {number} more than owed at {moment}."


def _ends(found):
    for execution in found.executions:
        if execution.status not in FINAL:
            yield f"{_name(execution)} did not end: it is {execution.status}."
        elif execution.status != "missed":
            yield from _wrong_end(execution, hits_of(found, execution))


def hits_of(found, execution):
    return found.hits.get(execution.pk, 0) + found.blind


def was_unlucky(execution, hits):
    """Tell one that the campaign itself has made look like poison."""
    return execution.reason == KILLED and hits >= DELIVERIES


def _wrong_end(execution, hits):
    recipe = ALL[execution.recipe]
    if was_unlucky(execution, hits):
        return
    right = execution.status == recipe.status and recipe.reason in execution.reason
    if not right:
        said = f"{execution.status} ({execution.reason})"
        yield f"{_name(execution)} ended as {said}, not as {recipe.status}."


def _effects(found, jobs):
    """Each success has each job once, and each database node left one row."""
    rows = Counter(found.ledger)
    for execution in found.executions:
        recipe = ALL[execution.recipe]
        done = Counter(j.node for j in jobs[execution.pk] if j.status == "succeeded")
        if execution.status == "succeeded" and done != Counter([*recipe.nodes]):
            yield f"{_name(execution)} succeeded with the jobs {sorted(done)}."
        for node in recipe.of("ledger"):
            written = rows.pop((execution.pk, node), 0)
            if written != done[node]:
                yield (
                    f"{_name(execution)} wrote {written} rows in node {node} and has "
                    f"{done[node]} jobs of it."
                )
            elif written > 1:
                yield f"{_name(execution)} did node {node} {written} times."
    for execution, node in rows:
        yield f"A row was written by node {node} of {execution}, which is not there."


def _calls(found, jobs):
    """Calls outside: at least once, always with one key, never more than written."""
    calls = defaultdict(list)
    for line in found.journal:
        calls[line.execution, line.node].append(line)
    for execution in found.executions:
        known = {job.node: job for job in jobs[execution.pk]}
        for node in ALL[execution.recipe].of("outside"):
            lines, job = calls[execution.pk, node], known.get(node)
            yield from _wrong_calls(_name(execution), node, lines, job)


def _wrong_calls(name, node, lines, job):
    if len({line.key for line in lines}) > 1:
        yield f"{name} called in node {node} with different keys."
    if job and job.status == "succeeded" and not lines:
        yield f"{name} has a result of node {node}, which never called."
    begun = job.attempt if job else 0
    if len(lines) > begun:
        yield f"{name} called {len(lines)} times in node {node}, begun {begun} times."


def _traces(found):
    before, after = found.connections
    if after > before + SLACK:
        yield f"There were {before} connections before and {after} after."
    if found.messages > QUEUE:
        yield f"{found.messages} messages wait."
    for orphan in found.orphans:
        yield f"A process is left: {orphan}."
    yield from found.conduct


def _name(execution):
    return f"Execution {execution.pk} of '{execution.recipe}'"
