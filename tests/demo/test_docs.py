"""What the pages about the shop say is what the examples do."""

import json
import re
from pathlib import Path

from demo.shop import examples
from demo.shop.replay.player import PLAYERS

DOCS = Path(__file__).resolve().parents[2] / "docs"


def filters_of(text):
    blocks = re.findall(r'^ {8}(\{"match".*?\]\})$', text, re.MULTILINE | re.DOTALL)
    return [json.loads(block) for block in blocks]


def test_tutorial_shows_the_filters_of_the_examples():
    text = (DOCS / "tutorial/first-workflow.md").read_text(encoding="utf-8")
    nodes = [examples.document(n)["definition"]["nodes"][-1] for n in examples.NAMES]

    # There the node has the key that the admin gives it.
    shown = filters_of(text.replace("nodes.dates", "nodes.limit"))
    assert shown == [node["config"]["filter"] for node in nodes]


def test_guide_names_the_workflows_by_their_titles():
    text = (DOCS / "how-to/replay-orders.md").read_text(encoding="utf-8")

    for name in PLAYERS:
        row = f"| `--workflow {name}` | *{examples.document(name)['title']}*"
        assert row in text
