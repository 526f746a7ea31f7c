"""The node that starts a background work."""

from datetime import timedelta

import pytest

from handlers.nodes.work import BackgroundWork
from handlers.work.crew import run_due
from handlers.work.models import Work
from handlers.work.starting import stop_work
from tests.conftest import NOW, drain
from tests.handlers.conftest import problems
from tests.handlers.work.conftest import FAILS, WELL, Time, a_worker, act
from workflows.contracts import Hands
from workflows.models import Execution, Job

pytestmark = pytest.mark.usefixtures("works", "db")


@pytest.fixture
def start(make_version, run):
    """Run a workflow with the node; give its execution."""

    def start(**config):
        node = {"key": "work", "type": "work", "config": {"work": WELL, **config}}
        return run(make_version(node))

    return start


def run_works(now=None):
    now = now or Work.objects.latest("pk").due_at
    worker = a_worker(now=now)
    run_due(Hands(worker.pk, str(worker), Time(now), lambda: False))


def go_on(execution, seconds=5):
    drain(NOW + timedelta(seconds=seconds))
    execution.refresh_from_db()
    return execution


def test_it_starts_a_work_and_goes_on(start):
    execution = start(tag="{{ 'order-' ~ 7 }}", variables={"a": "{{ 1 + 1 }}"})

    work = Work.objects.get()
    assert execution.status == "succeeded"
    assert Job.objects.get().result == {"work": work.pk, "state": "enqueued"}
    assert (work.tag, work.stack) == ("order-7", {"a": "2"})


def test_it_waits_for_the_result(start):
    execution = start(wait=True)
    assert execution.status == "waiting"
    run_works()

    assert go_on(execution).status == "succeeded"
    assert Job.objects.get().result["variables"] == {"a": "1"}


def test_it_goes_on_waiting_while_the_work_runs(start):
    execution = start(wait=True)

    assert go_on(execution).status == "waiting"
    assert execution.due_at == NOW + timedelta(seconds=6.25)
    go_on(execution, 3600)
    assert execution.due_at == NOW + timedelta(seconds=3630)


@pytest.mark.parametrize(
    ("work", "stopped", "reason"),
    [(FAILS, False, "ValueError: no such article"), (WELL, True, "stopped by its tag")],
)
def test_a_work_that_fails_is_a_failure(start, work, stopped, reason):
    execution = start(wait=True, work=work, tag="t")
    if stopped:
        stop_work("t")
    run_works(NOW + timedelta(days=400)) if not stopped else None

    assert go_on(execution).status == "failed"
    assert reason in Job.objects.get().error


def test_a_work_that_is_deleted_is_a_failure(start):
    execution = start(wait=True)
    Work.objects.all().delete()

    assert go_on(execution).status == "failed"


def test_an_array_that_turns_out_wrong_fails(start):
    execution = start(work="{{ [1] }}")

    assert execution.status == "failed"
    assert not Work.objects.exists()


def test_a_node_that_is_rolled_back_starts_nothing(make_version, run):
    first = {"key": "work", "type": "work", "config": {"work": WELL}}
    execution = run(make_version(first))

    assert (Execution.objects.count(), Work.objects.count()) == (1, 1)
    assert execution.status == "succeeded"


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ({}, "This field is required."),
        ({"work": "oops"}, "work is not valid JSON"),
        ({"work": [act("js", "x")]}, "are not supported here"),
        ({"work": WELL, "conditions": "SUNNY"}, "no condition 'SUNNY'"),
        ({"work": WELL, "variables": [1]}, "Enter a JSON object"),
    ],
)
def test_the_form_names_faults(config, sentence):
    assert sentence in " ".join(problems(BackgroundWork, **config).values())


@pytest.mark.parametrize(
    "config",
    [
        {"work": [{"type": "set", "method": "password=s3cret"}]},
        {"work": WELL, "variables": {"token": "s3cret"}},
    ],
)
def test_secrets_do_not_get_into_definitions(config):
    [found] = problems(BackgroundWork, **config).values()

    assert "Keep it in an HTTP alias" in str(found)


def test_names_of_secrets_may_stand_in_an_array():
    work = [{"type": "set", "method": "password=@password"}]

    assert problems(BackgroundWork, work=work) == {}
