"""One workflow starts when another has ended, once, and never in a circle."""

from datetime import timedelta

import pytest

from tests.conftest import NOW, drain
from tests.nodes import node
from triggers import listening
from triggers.execution.telling import StartFollowers
from workflows import services
from workflows.contracts import EndedExecution
from workflows.models import Execution
from workflows.states import ExecutionStatus

MINUTE = timedelta(minutes=1)
READS = {"value": "{{ trigger.data.workflow }}: {{ trigger.data.status }}"}


@pytest.fixture
def follow(make_version):
    """Make an enabled version that follows others."""

    def follow(*versions, statuses=("succeeded",), nodes=(), **values):
        workflows = [version.workflow_id for version in versions]
        config = {"workflows": workflows, "statuses": list(statuses)}
        reads = nodes or [{"key": "reads", "type": "calculation", "config": READS}]
        title = values.pop("title", "Follower")
        made = make_version(
            *reads, trigger="execution", config=config, title=title, **values
        )
        return services.enable(made, NOW)

    return follow


def of(version):
    return Execution.objects.filter(workflow=version.workflow_id).order_by("pk")


def test_success_starts_the_follower(make_version, follow, run):
    first = make_version(node("echo"), title="First")
    follower = follow(first)

    run(first)

    assert of(follower).get().jobs.get().result == "First: succeeded"


def test_follower_knows_what_it_follows(make_version, follow, run):
    first = make_version(node("refuse"))
    follower = follow(first, statuses=["failed"])

    ended = run(first)

    started = of(follower).get()
    assert started.context["data"]["id"] == ended.pk
    assert "not today" in started.context["data"]["reason"]
    assert started.context["date"] == NOW
    assert started.ancestors == [ended.pk]


@pytest.mark.parametrize(
    ("kind", "value", "status"),
    [
        ("echo", None, "succeeded"),
        ("refuse", None, "failed"),
        ("boom", None, "error"),
        ("stop", "badly", "failed"),
    ],
)
def test_only_the_chosen_ends_count(make_version, follow, run, kind, value, status):
    first = make_version(node(kind, value))
    chosen = follow(first, statuses=[status])
    others = {"succeeded", "failed", "error", "cancelled", "timed_out"} - {status}
    other = follow(first, statuses=sorted(others))

    run(first)

    assert of(chosen).count() == 1
    assert not of(other).exists()


def test_cancelled_execution_starts_its_follower(make_version, follow, run):
    waiting = make_version(node("pause"))
    follower = follow(waiting, statuses=["cancelled"])
    execution = run(waiting)

    services.cancel(execution, NOW, "enough")

    assert of(follower).get().context["data"]["reason"] == "enough"


def test_expired_execution_starts_its_follower(make_version, follow, run):
    waiting = make_version(node("pause", "for ever"), options={"timeout": 60})
    follower = follow(waiting, statuses=["timed_out"])
    run(waiting)

    services.expire(NOW + 2 * MINUTE)

    assert of(follower).count() == 1


def test_parked_execution_starts_its_follower(make_version, follow):
    poison = make_version(node("echo"))
    follower = follow(poison, statuses=["error"])
    event = services.Event(poison.workflow_id, poison.pk, "poison", {})
    services.start(event, NOW)
    Execution.objects.update(deliveries=99)

    drain()

    assert of(follower).get().context["data"]["reason"].startswith("killed its worker")


def test_other_workflows_start_nothing(make_version, follow, run):
    follower = follow(make_version(node("echo")))

    run(make_version(node("echo"), title="Other"))

    assert not of(follower).exists()


def test_follower_of_all_does_not_follow_itself(make_version, follow, run):
    follower = follow()

    run(make_version(node("echo"), title="Any"))

    assert of(follower).get().status == "succeeded"


def test_circle_is_noted_and_stops(make_version, follow, run):
    first = make_version(node("echo"), title="First")
    second = follow(first)
    config = {"workflows": [second.workflow_id], "statuses": ["succeeded"]}
    services.change_trigger(first, "execution", config, NOW)
    services.enable(first, NOW)

    run(first)

    assert [each.status for each in of(first)] == ["succeeded", "rejected"]
    assert of(second).get().status == "succeeded"


def test_disabled_follower_starts_nothing(make_version, follow, run):
    first = make_version(node("echo"))
    follower = follow(first)
    services.disable(follower)

    run(first)

    assert not of(follower).exists()


def test_ends_cost_no_query_when_nobody_listens(
    make_version, run, django_assert_num_queries
):
    listening.heard(listening.Kind.EXECUTION, [])
    end = EndedExecution(1, 1, ExecutionStatus.SUCCEEDED)

    with django_assert_num_queries(0):
        StartFollowers().ended([end], NOW)


def test_manual_run_takes_an_ended_execution(make_version, follow, run):
    first = make_version(node("echo"), title="First")
    ended = run(first)
    follower = follow(first)

    execution = run(follower, {"execution": ended.pk})

    assert execution.jobs.get().result == "First: succeeded"
