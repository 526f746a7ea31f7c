"""Ask a node: what it is given, and how its answer is taken."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import connection

from workflows.attempts import Errored, attempt, attempt_apart
from workflows.conf import settings
from workflows.contracts import Effect, Failed, NodeResult, NodeRun, PastRound
from workflows.engine.answers import shown, storable, storable_or_none
from workflows.engine.claims import is_innocent
from workflows.engine.frames import ends_of
from workflows.engine.mishaps import limit_of, raise_if_late
from workflows.engine.replies import reply_to
from workflows.engine.run import Call, Run
from workflows.exceptions import LoopsTooDeep, NodeRaised
from workflows.statements import JobRow
from workflows.states import JobStatus

Clock = Callable[[], datetime]


def prepare(run: Run, now: datetime) -> Call:
    """Evaluate the configuration of the node that is next."""
    compiled = run.compiled
    nests = compiled.handler.loops or compiled.handler.forks
    if nests and len(run.track.path()) >= LoopsTooDeep.MOST:
        raise LoopsTooDeep
    scope = run.scope(run.began_at or now)
    config = compiled.config.render(scope)
    resumes = run.open_job is not None and run.open_job.status == JobStatus.WAITING
    method = "resume" if resumes else "run"
    given: dict[str, Any] = {"config": config, "scope": scope, "now": now}
    return Call(compiled, _node_run(run, run.open_job, None, **given), method)


def _node_run(
    run: Run, job: JobRow | None, past: PastRound | None, **given: Any
) -> NodeRun:
    execution = run.execution
    waits = job is not None and job.status == JobStatus.WAITING
    goes_on = waits or past is not None or "branch" in given
    number = run.job_count + 1 if job is None else job.number
    return NodeRun(
        key=run.step.key,
        execution_id=execution.pk,
        number=number,
        attempt=1 if job is None else job.attempt + (0 if goes_on else 1),
        idempotency_key=f"{execution.pk}-{run.step.key}-{number}",
        ancestors=(*execution.ancestors, execution.pk),
        waited=job.result if job is not None and waits else None,
        reply=reply_to(job) if waits else None,
        past=past,
        timeout=limit_of(run.step.options),
        **given,
    )


def answer_here(run: Run, call: Call, clock: Clock, *, careful: bool) -> Any:
    """Run the node here, in the transaction of its group.

    Raises `NodeRaised`.
    """
    last = _is_last(run)
    if run.step.options is None:
        return _answer(call, careful=careful, last=last)
    limit, now = call.node_run.timeout, call.node_run.now
    run.limit_at = None if limit is None else now + limit
    try:
        return _answer_apart(call, clock, careful=careful, last=last)
    finally:
        run.limit_at = None


def _answer_apart(call: Call, clock: Clock, *, careful: bool, last: bool) -> Any:
    """Run a node with options: a try that went wrong leaves nothing in the database."""
    give = _checked if careful else storable

    def answer() -> NodeResult:
        given = give(call)
        raise_if_late(call, clock())
        return given

    if call.compiled.effect is not Effect.DATABASE:
        return attempt(answer, blame_database=True)
    return attempt_apart(
        answer, blame_database=last, undoes=lambda given: isinstance(given, Failed)
    )


def _answer(call: Call, *, careful: bool, last: bool) -> Any:
    """Run a node without options; the careful run of a database node under a savepoint.

    The savepoint costs two round trips, and most nodes do not raise: in a group one
    that does ends the transaction, and its execution is run again carefully. A deadlock
    or a lost connection says nothing about the node: it repeats the group, and only the
    last delivery blames the node.
    """
    if call.compiled.effect is not Effect.DATABASE:
        return attempt(lambda: storable(call), blame_database=True)
    if careful:
        return attempt_apart(lambda: _checked(call), blame_database=last)
    answer = attempt(lambda: storable(call))
    if isinstance(answer, Errored):
        raise NodeRaised(answer.message)
    return answer


def _checked(call: Call) -> NodeResult:
    answer = storable(call)
    # Some databases check foreign keys at the commit, when it is too late to know
    # which node of the group broke them.
    connection.check_constraints()
    return answer


def _is_last(run: Run) -> bool:
    row = run.execution
    return row.deliveries >= settings().max_deliveries and not is_innocent(row)


def input_of(call: Call) -> dict[str, Any] | None:
    """Give what expressions evaluated to; constants are in the definition already.

    Only what can be stored: what is too large is cut, except for a node that loops,
    which goes on with it after a crash.
    """
    config, dynamic = call.node_run.config, call.compiled.config.dynamic
    if call.compiled.handler.loops:
        return {name: config[name] for name, _, _ in dynamic} or None
    return {name: shown(config[name]) for name, _, _ in dynamic} or None


def ask(run: Run, method: str, now: datetime, failure: str = "") -> Any:
    """Ask the innermost node that loops, which is where the run is."""
    frame = run.frames[-1]

    def ask() -> NodeResult | None:
        given = {"config": run.config_of(frame), "scope": run.scope(now), "now": now}
        past = frame.past(failure)
        node_run = _node_run(run, run.job_of(frame), past, **given)
        call = Call(run.compiled, node_run, method)
        return storable_or_none(call) if failure else storable(call)

    return attempt(ask, blame_database=_is_last(run))


def ask_fork(run: Run, branch: str, now: datetime) -> Any:
    """Ask the node that forks, which is where the run is, about a branch that ended."""
    frame = run.frames[-1]

    def ask() -> NodeResult | None:
        given = {"config": run.config_of(frame), "scope": run.scope(now), "now": now}
        ends = ends_of(frame, run.results)
        about = {"branches": ends, "branch": branch}
        node_run = _node_run(run, run.job_of(frame), None, **given, **about)
        return storable_or_none(Call(run.compiled, node_run, "after_branch"))

    return attempt(ask, blame_database=_is_last(run))
