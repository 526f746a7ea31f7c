"""Every promise of the page is shown by tests that exist."""

import re
from pathlib import Path

import pytest

from workflows.conf import Settings

PAGE = Path(__file__).parents[2] / "docs/explanation/guarantees.md"
TEXT = PAGE.read_text(encoding="utf-8")
SHOWN = re.findall(r"\[`(test_\w+)`\]\(([^)]+)\)", TEXT)
SHOWN_BY = re.compile(r"^- \[`test_", re.MULTILINE)
*PROMISES, REST = re.split(r"^## ", TEXT, flags=re.MULTILINE)[1:]


@pytest.mark.parametrize(("name", "path"), SHOWN)
def test_every_test_exists(name, path):
    code = (PAGE.parent / path).read_text(encoding="utf-8")

    assert f"def {name}(" in code


@pytest.mark.parametrize("promise", PROMISES, ids=lambda text: text.split("\n")[0])
def test_every_promise_is_shown(promise):
    assert SHOWN_BY.search(promise)


def test_it_ends_with_what_is_not_promised():
    assert REST.startswith("What is not promised")


def test_numbers_are_those_of_the_code():
    assert f"`LEASE` ({Settings().lease.seconds} seconds)" in TEXT
    assert f"`TIMEOUT_GRACE` ({Settings().timeout_grace.seconds} seconds)" in TEXT
    assert f"`MAX_DELIVERIES` ({Settings().max_deliveries})" in TEXT
