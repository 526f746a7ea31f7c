"""A node that is tried gives what it would give, and leaves nothing behind."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.conftest import NOW
from tests.nodes import Flaky, Outside, node
from workflows import services
from workflows.contracts import Failed
from workflows.models import Category, Execution, Job

SAMPLE = {"trigger": {"data": {"total": Decimal("1.50")}}, "nodes": {"a": 7}}


@pytest.fixture
def trial(make_version):
    """Try one node, and make sure that nobody can see it afterwards."""

    def trial(kind, value=None, sample=SAMPLE, config=None, **options):
        version = make_version(node(kind, value, "it", **options))
        before = version.revision, version.run_count, version.workflow.run_count
        given = services.try_node(version, "it", sample, lambda: NOW, config=config)
        version.refresh_from_db()
        after = version.revision, version.run_count, version.workflow.run_count
        assert before == after
        assert not Execution.objects.exists()
        assert not Job.objects.exists()
        return given

    return trial


def test_a_trial_gives_result_input_and_duration(trial):
    given = trial("echo", "{{ trigger.data.total * nodes.a }}")

    assert (given.outcome, given.result) == ("succeeded", Decimal("10.50"))
    assert given.input == {"value": Decimal("10.50")}
    assert given.duration == timedelta(0)


def test_a_configuration_need_not_be_stored(trial):
    assert trial("echo", 1, config={"value": 2}).result == 2


def test_what_a_database_node_wrote_is_undone(trial):
    given = trial("write", "New")

    assert given.result == "New"
    assert not Category.objects.exists()
    assert "Nothing was kept" in given.remarks[-1]


def test_what_an_outside_node_did_is_said_to_be_real(trial):
    given = trial("outside", "x")

    assert len(Outside.asked) == 1
    assert "is real and stays done" in given.remarks[-1]
    assert services.has_real_effect("outside", {})
    assert not services.has_real_effect("write", {})
    assert not services.has_real_effect("nix", {})


@pytest.mark.parametrize(
    ("kind", "value", "outcome", "error"),
    [
        ("boom", "x", "error", "ValueError: x"),
        ("write", "bad", "error", "ValueError: bad"),
        ("refuse", "x", "failed", "not today"),
        ("echo", "{{ nodes.nix }}", "error", "nix"),
        ("odd", None, "error", "cannot be stored as JSON"),
    ],
)
def test_what_goes_wrong_is_an_answer(trial, kind, value, outcome, error):
    given = trial(kind, value)

    assert given.outcome == outcome
    assert error in given.error


def test_a_wrong_configuration_is_an_answer(trial):
    given = trial("echo", config={"colour": "red"})

    assert given.outcome == "error"
    assert "no setting 'colour'" in given.error


def test_a_node_that_waits_says_until_when(trial):
    given = trial("pause")

    assert (given.outcome, given.result) == ("waiting", "waited")
    assert "09:01:00" in given.remarks[0] or "12:01:00" in given.remarks[0]
    assert "somebody replies" in trial("pause", "for ever").remarks[0]


def test_a_node_that_loops_tells_its_first_round(trial):
    given = trial("loop", config={"items": [5, 6]})

    assert (given.outcome, given.result, given.branch) == ("running", 5, "body")
    assert "first of 2 rounds" in given.remarks[0]


def test_a_node_that_ends_all_says_so(trial):
    given = trial("stop", "badly")

    assert given.outcome == "failed"
    assert given.remarks[0] == "The whole execution would end here."


def test_a_branch_is_named(trial):
    assert trial("choose", 1).branch == "yes"


def test_a_trial_is_not_tried_again(trial):
    Flaky.troubles = [Failed("busy")]

    assert trial("flaky", 1, retry={"attempts": 3}).outcome == "failed"
    assert len(Flaky.asked) == 1


def test_a_large_result_is_cut_as_in_a_run(trial, settings):
    settings.WORKFLOWS = {"RESULT_LIMIT": 100}

    assert "it was cut" in trial("echo", "x" * 200).log


def test_an_unknown_node_cannot_be_tried(make_version):
    with pytest.raises(KeyError, match="nix"):
        services.try_node(make_version(), "nix", {}, lambda: NOW)


def test_a_fork_says_which_branches_it_would_run(make_version):
    version = make_version({"key": "p", "type": "parallel"})

    trial = services.try_node(version, "p", {}, lambda: NOW)

    assert trial.result == ["first", "second"]
    assert trial.remarks[0] == "These branches would run side by side."
