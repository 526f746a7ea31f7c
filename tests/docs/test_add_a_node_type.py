"""The how-to "Add a node type" works as it is written."""

import pytest

from tests.docs.pages import Page
from workflows import registry


@pytest.fixture
def page():
    page = Page("how-to/add-a-node-type.md")
    page.execute("lamps/blink.py")
    yield page
    registry.nodes._entries.pop("lamps.blink", None)
    page.forget()


def test_its_test_passes(page):
    page.execute("lamps/test_blink.py").test_lamp_blinks()


def test_its_line_registers_the_type(page):
    page.execute("lamps/workflow_types.py")

    assert registry.nodes.get("lamps.blink").title == "Blink"
