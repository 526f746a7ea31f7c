"""Tests of whole versions: the engine's own way, and nothing of it is kept."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from workflows import registry
from workflows.codec import dump
from workflows.engine import Clock, Given, Script, rehearse
from workflows.graph import Definition, Node, around, find, inside, walk
from workflows.models import Execution, Rehearsal, WorkflowVersion
from workflows.services.pins import TRIGGER, pins_of
from workflows.services.scopes import scope_at
from workflows.services.trials import has_real_effect
from workflows.services.validation import require_none, shape_problems, trigger_names
from workflows.statements import JobRow
from workflows.states import JobStatus

#: Characters of JSON that the results of one test may have together.
MOST_KEPT = 4_000_000
#: Jobs of the last execution that are read.
MOST_JOBS = 1_000
#: How a node came to its result, besides by running.
PINNED, UNTOUCHED = "pinned", "untouched"
#: What is known of a trigger before it ever fired.
NOTHING: Mapping[str, Any] = {"data": None, "date": None}


@dataclass(frozen=True, slots=True)
class Played:
    """One run of a node in a test, as it is kept."""

    key: str
    type: str
    #: A `JobStatus`.
    status: str
    #: `pinned`; `untouched` if it would act in the world outside; else empty.
    way: str = ""
    round: str = ""
    attempt: int = 1
    #: Seconds.
    took: float = 0
    input: Any = None
    result: Any = None
    #: The branch that was gone into; empty if none was, or it holds no nodes.
    branch: str = ""
    error: str = ""
    log: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a test is going to do, to be told before."""

    #: The node that it begins with: the loop or fork around the one that was asked for.
    start: str = ""
    #: What nodes before it have given, by their keys.
    known: Mapping[str, Given] = field(default_factory=dict)
    #: Nodes before it whose results are not known.
    unknown: list[Node] = field(default_factory=list)
    #: Nodes that act in the world outside and are not pinned.
    acting: list[Node] = field(default_factory=list)
    #: Nodes that wait and are not pinned.
    waiting: list[Node] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Play:
    """What somebody wants tested."""

    #: What expressions see as `trigger`.
    context: Mapping[str, Any]
    plan: Plan = Plan()
    #: True: nodes that act in the world outside do so.
    acts: bool = False
    user: Any = None


def plan_rehearsal(
    version: WorkflowVersion, start: str = "", *, sees_runs: bool = True
) -> Plan:
    """Say what a test would do; raise `KeyError` if there is no such node.

    Results of the last execution are taken for those only who may see them.
    """
    definition, pins = version.definition, pins_of(version)
    start = _outermost(definition, start) if start else ""
    known: Mapping[str, Given] = {}
    missing: list[Node] = []
    if start:
        scope = scope_at(definition, start, trigger_names(version))
        earlier = [node for node in walk(definition) if node["key"] in scope.nodes]
        skipped = {node["key"]: Given() for node in earlier if node.get("disabled")}
        last = results_of(version, sees_runs=sees_runs)
        found = {**last, **pins, **skipped}
        known = {n["key"]: found[n["key"]] for n in earlier if n["key"] in found}
        missing = [node for node in earlier if node["key"] not in found]
    ahead = list(_from(definition, start, pins))
    return Plan(
        start=start,
        known=known,
        unknown=missing,
        acting=[node for node in ahead if _acts(node)],
        waiting=[node for node in ahead if _waits(node)],
    )


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a version before it runs again: of pins, tests and runs."""

    context: Mapping[str, Any]
    results: Mapping[str, Any]
    #: The last execution of the workflow, if there was any.
    execution: Execution | None


def known_of(version: WorkflowVersion) -> Known | None:
    """Give what expressions would see, for those who may see executions."""
    results = {**results_of(version, sees_runs=True), **pins_of(version)}
    example, last = results.pop(TRIGGER, None), _last_execution(version)
    context = example.result if example else _later_context(version, last)
    if context is None and not results:
        return None
    values = {key: given.result for key, given in results.items()}
    return Known(context or NOTHING, values, last)


def _later_context(
    version: WorkflowVersion, last: Execution | None
) -> Mapping[str, Any] | None:
    test = _last_test(version)
    is_older = test and last and test.started_at < last.created_at
    newest: Rehearsal | Execution | None = last if is_older else test or last
    return None if newest is None else dict(newest.context)


def results_of(version: WorkflowVersion, *, sees_runs: bool) -> dict[str, Given]:
    """Give what nodes gave last: in the last test, or in a later execution."""
    test = _last_test(version)
    last = _last_execution(version) if sees_runs else None
    tested = given_by(version.definition, played_in(test)) if test else {}
    if last is None:
        return tested
    ran = given_by(version.definition, _played_by(last, version.definition))
    is_older = test is not None and test.started_at > last.created_at
    return {**ran, **tested} if is_older else {**tested, **ran}


def _last_test(version: WorkflowVersion) -> Rehearsal | None:
    return Rehearsal.objects.filter(version=version).first()


def last_context(version: WorkflowVersion) -> Mapping[str, Any] | None:
    """Give what the last execution was started for."""
    last = _last_execution(version)
    return None if last is None else last.context


def rehearse_version(version: WorkflowVersion, play: Play, clock: Clock) -> Rehearsal:
    """Run all nodes, or those from a node on, as the engine would; keep how it went.

    No execution is made, no counter and no limit is touched, and the version is not
    frozen. What is done to collections is rolled back. Nodes that act in the world
    outside are skipped unless it `acts`; pinned ones give what is pinned. Raises
    `InvalidDefinition` if the nodes have no shape.
    """
    require_none(shape_problems(version.definition))
    pins = {key: each for key, each in pins_of(version).items() if key != TRIGGER}
    known = {key: given.result for key, given in play.plan.known.items()}
    script = Script(play.context, pins, play.plan.start, known, play.acts)
    began = clock()
    went = rehearse(version, script, clock)
    acting = () if play.acts else play.plan.acting
    untouched = {node["key"] for node in acting}
    steps = _kept(version.definition, went.jobs, pins, untouched)
    kept = {
        "status": went.status,
        "reason": went.reason,
        "start": play.plan.start,
        "context": dict(play.context),
        "steps": [asdict(step) for step in steps],
        "revision": version.revision,
        "user": play.user,
        "started_at": began,
        "took": went.took,
    }
    made, _new = Rehearsal.objects.update_or_create(version=version, defaults=kept)
    return made


def played_in(test: Rehearsal) -> list[Played]:
    return [Played(**values) for values in test.steps]


def given_by(definition: Definition, steps: Iterable[Played]) -> dict[str, Given]:
    """Take the last result of each node out of what ran."""
    keys = {node["key"] for node in walk(definition)}
    done = {JobStatus.SUCCEEDED, JobStatus.CONTINUED}
    return {
        step.key: Given(step.result, step.branch)
        for step in steps
        if step.key in keys and step.status in done
    }


def _outermost(definition: Definition, key: str) -> str:
    """Find where a test can begin: rounds and branches are not entered from outside."""
    find(definition, key)
    holders = [
        node["key"]
        for node in around(definition, key)
        if node["type"] in registry.leading_back()
    ]
    return str(holders[0]) if holders else key


def _from(
    definition: Definition, start: str, pins: Mapping[str, Given]
) -> Iterator[Node]:
    """Go through the nodes that may run: those before the start and the pinned do not.

    A node that is pinned has no rounds, so that what is in a pinned loop does not run.
    """
    is_ahead = not start
    still: set[str] = set()
    for node in walk(definition):
        is_ahead = is_ahead or node["key"] == start
        if node["key"] in pins and node["type"] in registry.leading_back():
            still |= {each["key"] for each in inside(node)}
        is_off = node.get("disabled") or node["key"] in pins or node["key"] in still
        if is_ahead and not is_off:
            yield node


def _acts(node: Node) -> bool:
    return has_real_effect(node["type"], node.get("config") or {})


def _waits(node: Node) -> bool:
    return node["type"] in registry.nodes and registry.nodes.get(node["type"]).waits


def _last_execution(version: WorkflowVersion) -> Execution | None:
    runs = Execution.objects.filter(workflow=version.workflow_id, job_count__gt=0)
    return runs.order_by("-pk").first()


def _played_by(execution: Execution, definition: Definition) -> list[Played]:
    jobs = list(execution.jobs.order_by("number")[:MOST_JOBS])
    entered = _entered(definition, jobs)
    return [
        Played(
            job.node_key,
            job.node_type,
            job.status,
            result=job.result,
            branch=entered[job.number],
        )
        for job in jobs
    ]


def _kept(
    definition: Definition,
    jobs: list[JobRow],
    pins: Mapping[str, Given],
    untouched: set[str],
) -> Iterator[Played]:
    """Write down how each node went; what is too much in all is left out."""
    room, entered = MOST_KEPT, _entered(definition, jobs)
    for job in jobs:
        room -= len(dump([job.input, job.result, job.log]))
        way = PINNED if job.node_key in pins else ""
        ended = job.finished_at or job.started_at
        played = Played(
            key=job.node_key,
            type=job.node_type,
            status=str(job.status.value),
            way=UNTOUCHED if job.node_key in untouched else way,
            round=job.round,
            attempt=job.attempt,
            took=(ended - job.started_at).total_seconds(),
            branch=entered[job.number],
            error=job.error,
        )
        values = {"input": job.input, "result": job.result, "log": job.log}
        yield replace(played, **values) if room > 0 else played


def _entered(definition: Definition, jobs: Sequence[Any]) -> dict[int, str]:
    """Tell for each run of a node, by its number, which branch it went into.

    The next job of the same round is the first node of that branch, if it has any.
    """
    firsts = {
        (node["key"], line[0]["key"]): branch
        for node in walk(definition)
        for branch, line in node.get("branches", {}).items()
        if line
    }
    following: dict[str, str] = {}
    found = {}
    for job in reversed(jobs):
        nodes = (job.node_key, following.get(job.round, ""))
        found[job.number] = firsts.get(nodes, "")
        following[job.round] = job.node_key
    return found
