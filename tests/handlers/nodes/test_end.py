"""End: the whole execution ends here."""

from handlers.nodes.end import End
from tests.handlers.conftest import problems, run_node
from workflows.contracts import Ended

AFTER = {"key": "after", "type": "calculation"}


def test_ends_with_success():
    assert run_node(End) == Ended(succeeded=True, message="")


def test_ends_as_failed_with_a_message():
    scope = {"trigger": {"data": {"number": 7}}}

    answer = run_node(
        End, scope, outcome="failure", message="Order {{ trigger.data.number }} is late"
    )

    assert answer == Ended(succeeded=False, message="Order 7 is late")


def test_unknown_outcome_is_a_form_error():
    assert "outcome" in problems(End, outcome="maybe")


def test_ends_the_execution_from_inside_a_branch(make_version, run):
    branches = {"yes": [{"key": "stop", "type": "end"}]}
    node = {"key": "if", "type": "condition", "branches": branches}

    execution = run(make_version(node, AFTER))

    assert [job.node_key for job in execution.jobs.all()] == ["if", "stop"]


def test_failure_gives_the_execution_its_reason(make_version, run):
    config = {"outcome": "failure", "message": "No stock"}

    execution = run(make_version({"key": "stop", "type": "end", "config": config}))

    assert (execution.status, execution.reason) == ("failed", "No stock")
