"""The node with branches side by side, by its modes."""

from datetime import timedelta

import pytest

from handlers.nodes.parallel import Parallel
from tests.conftest import NOW, drain
from tests.handlers.conftest import problems, shape
from tests.nodes import node
from workflows import services

MINUTE = timedelta(minutes=1)


def parallel(mode="all", **branches):
    config = {"names": list(branches), "mode": mode}
    return {"key": "p", "type": "parallel", "config": config, "branches": branches}


def waits(minutes, key):
    config = {"amount": minutes, "unit": "minutes"}
    return {"key": key, "type": "delay", "config": config}


@pytest.fixture
def finish(make_version, run):
    """Run two branches, of which the first is slow, to the end; give what came."""

    def finish(mode, slow, quick):
        first = parallel(mode, slow=[waits(1, "w"), *slow], quick=quick)
        execution = run(make_version(first))
        drain(NOW + MINUTE)
        execution.refresh_from_db()
        return execution, execution.jobs.get(node_key="p").result

    return finish


def statuses(result):
    return [each["status"] for each in result["branches"].values()]


def test_all_waits_for_all(finish):
    execution, result = finish("all", [node("echo", 1, "a")], [node("echo", 2, "b")])

    assert execution.status == "succeeded"
    assert result == {
        "winner": None,
        "branches": {
            "slow": {"status": "succeeded", "reason": "", "result": 1},
            "quick": {"status": "succeeded", "reason": "", "result": 2},
        },
    }


def test_all_fails_with_the_first_failure(finish):
    execution, _result = finish("all", [node("echo", 1, "a")], [node("boom")])

    assert (execution.status, execution.finished_at) == ("error", NOW)
    assert execution.reason == "p: boom: ValueError: boom"
    assert execution.jobs.get(node_key="w").status == "cancelled"


def test_any_takes_the_first_success(finish):
    execution, result = finish("any", [node("echo", 1, "a")], [node("refuse")])

    assert execution.status == "succeeded"
    assert (result["winner"], statuses(result)) == ("slow", ["succeeded", "failed"])
    assert result["branches"]["quick"]["reason"] == "refuse: not today"


def test_any_cancels_the_others(finish):
    _execution, result = finish("any", [node("echo", 1, "a")], [node("echo", 2, "b")])

    assert (result["winner"], statuses(result)) == ("quick", ["cancelled", "succeeded"])


def test_any_fails_if_all_fail(finish):
    execution, result = finish("any", [node("boom")], [node("refuse")])

    assert (execution.status, execution.reason) == (
        "failed",
        "p: No branch has succeeded.",
    )
    assert statuses(result) == ["failed", "failed"]


def test_race_takes_the_first_end(finish):
    execution, result = finish("race", [node("boom")], [node("echo", 2, "b")])

    assert (execution.status, result["winner"]) == ("succeeded", "quick")


def test_race_may_be_lost(finish):
    execution, _result = finish("race", [node("echo", 1, "a")], [node("refuse")])

    assert (execution.status, execution.finished_at) == ("failed", NOW)


def test_settled_takes_everything(finish):
    execution, result = finish("settled", [node("boom")], [node("refuse")])

    assert (execution.status, execution.finished_at) == ("succeeded", NOW + MINUTE)
    assert statuses(result) == ["failed", "failed"]


def test_results_of_branches_are_seen_afterwards(make_version, run):
    first = parallel(a=[node("echo", 4, "x")], b=[node("echo", 5, "y")])
    total = node("echo", "{{ nodes.x + nodes.p.branches.b.result }}", "total")

    execution = run(make_version(first, total))

    assert execution.jobs.get(node_key="total").result == 9


def test_its_branches_are_named_by_its_settings(make_version):
    assert list(Parallel().branches_for({"names": ["mail", "stock"]})) == [
        "mail",
        "stock",
    ]
    assert list(Parallel().branches_for({})) == ["first", "second"]


def test_a_branch_without_a_name_is_a_problem(make_version):
    first = {**parallel(a=[], b=[]), "branches": {"c": []}}

    [problem] = services.problems_of(make_version(first))

    assert str(problem) == "p: It has no branch 'c'; it has: a, b."


def test_its_result_has_a_shape():
    assert shape(Parallel, names=["a", "b"]) == (
        "object",
        {"winner": "text", "branches": "object"},
    )


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        ("only", "Name 2 to 20 branches"),
        ("a, a", "each differently"),
        ([f"b{n}" for n in range(21)], "Name 2 to 20 branches"),
        ("a, B", "'B' cannot name a branch"),
    ],
)
def test_the_form_names_faults(names, sentence):
    assert sentence in problems(Parallel, names=names)["names"]
