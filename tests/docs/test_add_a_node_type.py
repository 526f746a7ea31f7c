"""The how-to "Add a node type" works as it is written."""

import pytest

from tests.conftest import NOW, drain
from tests.docs.pages import Page
from tests.nodes import node
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


def test_its_series_has_a_round_for_each_lamp(page, make_version, run):
    series = page.execute("lamps/series.py").Series
    body = {"body": [node("echo", "{{ loop.item }}")]}
    values = {"type": "lamps.series", "config": {"lamps": 2}, "branches": body}

    with registry.nodes.temporarily("lamps.series", series()):
        execution = run(make_version({"key": "all", **values}))

    jobs = execution.jobs.order_by("number").values_list("node_key", "result")
    assert list(jobs) == [("all", 2), ("echo", 0), ("echo", 1)]


def test_its_confirmation_is_what_somebody_replied(page, make_version, run):
    lamp = page.execute("lamps/confirm.py")
    values = {"key": "ask", "type": "lamps.confirm"}

    with registry.nodes.temporarily("lamps.confirm", lamp.Confirm()):
        execution = run(make_version(values))
        accepted = lamp.confirm(execution.pk, 1, "Alice", NOW)
        drain()

    assert accepted is True
    assert execution.jobs.get().result == {"by": "Alice"}


def test_its_scene_is_built_from_rows(page):
    form = page.execute("lamps/scenes.py").SceneForm
    given = form.for_config({"lamps": [{"lamp": "Hall", "colour": "red"}]})

    assert given.is_valid()
    assert '<option value="blue">blue</option>' in str(form()["lamps"])
