"""The node that sets the output of an execution."""

import pytest

from tests.conftest import NOW
from tests.nodes import node


def output(value, key="output"):
    return {"key": key, "type": "output", "config": {"value": value}}


def test_its_value_is_the_output_of_the_execution(make_version, run):
    execution = run(make_version(node("echo", 3), output({"n": "{{ nodes.echo }}"})))

    assert execution.output == {"n": 3}
    assert execution.jobs.get(number=2).result == {"n": 3}


def test_the_last_one_stays(make_version, run):
    execution = run(make_version(output(1), node("pause", "for ever"), output(2, "b")))

    assert execution.output == 1


def test_types_are_kept(make_version, run):
    execution = run(make_version(output("{{ now }}")))

    assert execution.output == NOW


@pytest.mark.parametrize("failing", ["refuse", "boom"])
def test_it_outlives_a_failure_after_it(make_version, run, failing):
    execution = run(make_version(output("partial"), node(failing)))

    assert (execution.output, execution.is_final) == ("partial", True)


def test_it_is_not_lost_when_the_group_is_repeated(make_version, run):
    version = make_version(output("kept"), node("write", "bad luck"))

    assert run(version).output == "kept"


def test_in_a_loop_the_last_round_counts(make_version, run):
    body = {"body": [output("{{ loop.item }}")]}
    loop = {"key": "loop", "type": "loop", "config": {"items": [1, 2]}}

    assert run(make_version({**loop, "branches": body})).output == 2
