"""What the page about asking people shows, works."""

import json
import re
from pathlib import Path

import pytest

from handlers.nodes.manual import ManualForm
from handlers.people.outcomes import read_outcomes
from handlers.people.states import Rule

GUIDE = (Path(__file__).parents[2] / "docs/how-to/ask-people.md").read_text("utf-8")
APPROVAL, OUTCOMES = re.findall(r"^```json\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("outcomes", [None, json.loads(OUTCOMES)])
def test_the_approval_is_a_valid_configuration(outcomes):
    form = ManualForm.for_config({**json.loads(APPROVAL), "outcomes": outcomes})

    assert not list(form.problems())


def test_the_outcomes_are_read():
    assert [each["yes"] for each in read_outcomes(json.loads(OUTCOMES))] == [
        True,
        True,
        False,
    ]


def test_all_rules_are_listed():
    assert all(f"| {label} |" in GUIDE for label in Rule.labels)
