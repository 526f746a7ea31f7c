"""What the pages about background work show runs, and lists what there is."""

import re
from pathlib import Path

import pytest

from handlers.actions.aliases import add
from handlers.actions.commands import commands
from handlers.actions.contracts import types
from handlers.actions.stack import HashMap
from handlers.outbox.sending import SCREENS
from handlers.work.conditions import Condition
from handlers.work.models import Work
from handlers.work.states import WorkState
from tests.handlers.device import Fake

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs/how-to/run-background-work.md").read_text("utf-8")
REFERENCE = (ROOT / "docs/reference/background-work.md").read_text("utf-8")
SETTINGS, ADDRESSES, START, HANDLERS = re.findall(
    r"^```python\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL
)


def run(text):
    names = {}
    exec(compile(text, "page", "exec"), names)  # noqa: S102 - our own page
    return names


def first_column(heading):
    section = REFERENCE.split(f"## {heading}\n")[1].split("\n## ")[0]
    cells = re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}


def test_the_works_of_the_guide_start(db, settings, tmp_path):
    Fake.reset()
    add({"alias": "shop", "url": "http://127.0.0.1:1"})
    run(START)

    assert list(Work.objects.order_by("pk").values_list("tag", "state")) == [
        ("goods", "enqueued"),
        ("tick", "cancelled"),
    ]


def test_the_work_of_the_readme_starts(db, settings, tmp_path):
    add({"alias": "shop", "url": "http://127.0.0.1:1"})
    text = (ROOT / "README.md").read_text("utf-8")
    [example] = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)

    run(f"from handlers.work.starting import start_work\n{example}")

    assert Work.objects.get().conditions == ["CONNECTED"]


def test_settings_and_addresses_of_the_guide():
    assert set(run(SETTINGS)["WORKS"]) == {"MODULES", "FOLDER"}
    assert len(run(ADDRESSES)["urlpatterns"]) == 1


def test_the_handler_of_the_guide():
    stack = HashMap({"pieces": 30})

    assert run(HANDLERS)["count_boxes"](stack).get("boxes") == "2"


def test_all_types_are_listed():
    assert {name for name, _type in types.items()} <= first_column("Handlers")


def test_all_commands_are_listed():
    known = {name for name, command in commands.items() if command.rank < 60}
    listed = first_column("Commands in the stack") | first_column(
        "Commands that start and stop"
    )

    assert known == listed - {"BreakHandlers", "BreakHandlersIfError"}


@pytest.mark.parametrize(
    ("heading", "names"), [("Conditions", Condition), ("States", WorkState)]
)
def test_conditions_and_states_are_listed(heading, names):
    assert first_column(heading) == {str(name.value) for name in names}


def test_screens_are_listed():
    assert all(f"`{name}`" in REFERENCE for name in SCREENS)
