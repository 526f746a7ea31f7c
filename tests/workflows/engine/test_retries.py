"""Nodes that went wrong are tried again, as their options say."""

from datetime import timedelta

import pytest

from tests.conftest import NOW, drain
from tests.nodes import Flaky, node
from workflows import services
from workflows.contracts import Failed
from workflows.engine import forget_compiled
from workflows.models import Category

RETRY = {"attempts": 3, "first": 10, "factor": 2}
KINDS = ["flaky", "flaky_write", "flaky_call"]
each_effect = pytest.mark.parametrize("kind", KINDS)


def later(seconds):
    return NOW + timedelta(seconds=seconds)


@pytest.fixture
def start(make_version, run):
    """Run a flaky node with faults, and one behind it that shows its result."""

    def start(kind, *faults, **options):
        Flaky.troubles = list(faults)
        shown = node("echo", "{{ nodes.it }}", "shown")
        version = make_version(node(kind, "fine", "it", **options), shown)
        return run(version)

    return start


def job_of(execution, key="it"):
    execution.refresh_from_db()
    return execution.jobs.get(node_key=key)


@each_effect
def test_a_node_that_went_wrong_waits_for_its_next_try(start, kind):
    execution = start(kind, ValueError("busy"), retry=RETRY)

    job = job_of(execution)
    assert (execution.status, execution.owner) == ("waiting", None)
    assert execution.due_at == later(10)
    assert (job.status, job.attempt, job.error) == ("retrying", 1, "ValueError: busy")


@each_effect
def test_the_next_try_may_succeed(start, kind):
    execution = start(kind, ValueError("busy"), Failed("no"), retry=RETRY)

    drain(later(9))
    assert job_of(execution).attempt == 1
    drain(later(10))
    assert job_of(execution).attempt == 2
    drain(later(30))

    job = job_of(execution)
    assert (execution.status, job.status, job.attempt) == ("succeeded", "succeeded", 3)
    assert job_of(execution, "shown").result == "fine"


@each_effect
def test_a_job_that_succeeded_late_keeps_the_story_in_its_log(start, kind):
    execution = start(kind, ValueError("busy"), Failed("no"), retry=RETRY)
    drain(later(10))
    drain(later(30))

    job = job_of(execution)
    assert job.log.splitlines() == [
        "Try 1 of 3 at 2026-11-22 09:00:00Z: ValueError: busy",
        "Try 2 of 3 at 2026-11-22 09:00:10Z: no",
    ]
    assert (job.error, job.traceback) == ("", "")


@each_effect
def test_after_the_last_try_the_execution_ends(start, kind):
    execution = start(kind, *[ValueError("busy")] * 9, retry=RETRY)
    for seconds in (10, 30, 70):
        drain(later(seconds))

    job = job_of(execution)
    assert (execution.status, job.status, job.attempt) == ("error", "error", 3)
    assert execution.reason.endswith("ValueError: busy")
    assert "Traceback" in job.traceback
    assert len(Flaky.asked) == 3


@each_effect
def test_every_try_has_the_same_key_and_the_same_now(start, kind):
    start(kind, ValueError("busy"), ValueError("busy"), retry=RETRY)
    drain(later(10))
    drain(later(30))

    assert [run.attempt for run in Flaky.asked] == [1, 2, 3]
    assert len({run.idempotency_key for run in Flaky.asked}) == 1
    assert {run.scope["now"] for run in Flaky.asked} == {NOW}
    assert [run.now for run in Flaky.asked] == [NOW, later(10), later(30)]


@pytest.mark.parametrize("fault", [ValueError("busy"), Failed("no")], ids=repr)
def test_nothing_is_left_in_the_database_of_a_try_that_went_wrong(start, fault):
    start("flaky_write", fault, retry=RETRY)
    assert not Category.objects.exists()

    drain(later(10))

    assert [category.name for category in Category.objects.all()] == ["fine, try 2"]


class Hopeless(ValueError):
    permanent = True


class Busy(ValueError):
    retry_after = timedelta(minutes=5)


@pytest.mark.parametrize(
    "fault", [Hopeless("no such goods"), Failed("no such goods", permanent=True)]
)
@each_effect
def test_what_is_permanent_ends_at_once(start, kind, fault):
    execution = start(kind, fault, retry=RETRY)

    assert execution.is_final
    assert job_of(execution).attempt == 1


@pytest.mark.parametrize(
    "fault", [Busy("busy"), Failed("busy", retry_after=timedelta(minutes=5))]
)
def test_a_wish_to_be_left_alone_is_granted(start, fault):
    execution = start("flaky_call", fault, retry=RETRY)

    assert execution.due_at == later(300)


def test_only_the_chosen_mishaps_are_tried_again(start):
    retry = {**RETRY, "on": "error"}
    execution = start("flaky", ValueError("busy"), Failed("no"), retry=retry)
    drain(later(10))

    assert job_of(execution).attempt == 2
    assert execution.status == "failed"


def test_an_expression_that_cannot_be_evaluated_is_permanent(make_version, run):
    execution = run(make_version(node("echo", "{{ trigger.data.nix }}", retry=RETRY)))

    assert execution.status == "error"


def test_a_retry_survives_a_restart(start):
    execution = start("flaky_call", ValueError("busy"), retry=RETRY)
    forget_compiled()

    drain(later(10))

    assert job_of(execution).status == "succeeded"


def test_a_retry_that_waits_can_be_cancelled(start):
    execution = start("flaky", ValueError("busy"), retry=RETRY)

    services.cancel(execution, later(1))
    drain(later(10))

    assert job_of(execution).status == "cancelled"
    assert len(Flaky.asked) == 1


def test_the_timeout_of_the_execution_ends_retries(make_version, run):
    Flaky.troubles = [ValueError("busy")]
    flaky = node("flaky", "fine", "it", retry=RETRY)
    execution = run(make_version(flaky, options={"timeout": 5}))

    services.expire(later(5))

    assert job_of(execution).status == "cancelled"
    assert execution.status == "timed_out"


def test_a_rest_of_nothing_is_no_rest(start):
    execution = start("flaky", ValueError("busy"), retry={"attempts": 2, "first": 0})

    assert job_of(execution).status == "succeeded"


def test_an_error_may_become_the_result(start):
    execution = start("flaky", ValueError("busy"), on_error="continue")

    error = {"message": "ValueError: busy", "type": "ValueError"}
    job = job_of(execution)
    assert (execution.status, job.status) == ("succeeded", "continued")
    assert job.error == "ValueError: busy"
    assert job_of(execution, "shown").result == {"error": error}


def test_a_failure_that_becomes_the_result_takes_its_own_along(start):
    fault = Failed("no", {"status": 503})
    execution = start("flaky_write", fault, on_error="continue")

    error = {"message": "no", "type": "Failed", "result": {"status": 503}}
    assert job_of(execution, "shown").result == {"error": error}
    assert not Category.objects.exists()


def test_an_error_becomes_the_result_only_after_the_last_try(start):
    options = {"retry": {**RETRY, "attempts": 2}, "on_error": "continue"}
    execution = start("flaky", *[ValueError("busy")] * 2, **options)
    assert execution.status == "waiting"

    drain(later(10))

    assert job_of(execution).status == "continued"
    assert execution.status == "succeeded"


def test_an_error_that_became_a_result_is_known_after_a_wait(make_version, run):
    Flaky.troubles = [ValueError("busy")]
    version = make_version(
        node("flaky", "fine", "it", on_error="continue"),
        node("pause"),
        node("echo", "{{ nodes.it.error.type }}", "shown"),
    )
    execution = run(version)

    drain(NOW + timedelta(minutes=1))

    assert job_of(execution, "shown").result == "ValueError"


def test_a_node_without_options_writes_the_same_as_before(make_version, run):
    job = run(make_version(node("echo", 1))).jobs.get()

    assert (job.attempt, job.expires_at, job.log) == (1, None, "")


def test_a_synchronous_workflow_refuses_retries(make_version):
    version = make_version(node("echo", 1, retry=RETRY), synchronous=True)

    [problem] = services.problems_of(version)

    assert problem.node == "echo"
    assert "cannot wait for another try" in problem.message
