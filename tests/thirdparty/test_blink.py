"""A node type costs a module, its test and a line in the table."""

from pathlib import Path

from tests.handlers.conftest import problems, run_node
from tests.thirdparty.blink import Blink
from workflows import services
from workflows.management.commands.documentnodes import reference

NODE = {"key": "it", "type": "thirdparty.blink", "config": {"lamp": "{{ 'Hall' }}"}}


def test_handler_runs_by_itself():
    assert run_node(Blink, lamp="Hall", times=2).result == ["Hall", "Hall"]


def test_form_checks_its_settings():
    assert set(problems(Blink, times=99)) == {"lamp", "times"}


def test_engine_runs_it(installed, make_version, run):
    assert run(make_version(NODE)).jobs.get().result == ["Hall"] * 3


def test_version_with_it_is_valid(installed, make_version):
    assert services.problems_of(make_version(NODE)) == []


def test_without_its_line_it_is_unknown(make_version):
    [problem] = services.problems_of(make_version(NODE))

    assert "There is no node type 'thirdparty.blink'" in problem.message


def test_documentation_comes_from_its_form(installed):
    assert "| `times` | Times. | integer from 1 to 10 | `3` |" in reference(
        [installed.nodes.get(Blink.type)]
    )


def test_it_has_no_template_script_or_migration():
    files = Path(__file__).parent.rglob("*")

    assert {path.suffix for path in files if path.is_file()} <= {".py", ".pyc"}
