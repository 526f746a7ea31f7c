"""The page about states and the code say the same."""

import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from workflows.management.commands.documentstates import diagram, sentences
from workflows.states import TRANSITIONS, ExecutionStatus, JobStatus

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "states.md"
BETWEEN = re.compile("<!-- from the code -->\n(.*?)<!-- end -->", re.DOTALL)


def test_page_is_what_the_code_says():
    printed = StringIO()
    call_command("documentstates", stdout=printed)

    [written] = BETWEEN.findall(PAGE.read_text(encoding="utf-8"))
    assert written == printed.getvalue(), (
        "Replace what is between the marks by: python manage.py documentstates"
    )


def test_diagram_has_every_move():
    drawn = re.findall(r"^ +(\w+) --> (\w+)$", "\n".join(diagram()), re.MULTILINE)

    moves = {(source, to) for source, after in TRANSITIONS.items() for to in after}
    assert set(drawn) == moves


@pytest.mark.parametrize("states", [ExecutionStatus, JobStatus])
def test_every_state_has_a_sentence(states):
    assert list(sentences(states)) == list(states.names)
