"""The how-to "Add a node type" works as it is written."""

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from workflows import registry

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "add-a-node-type.md"
BLOCKS = dict(
    re.findall(r"```python\n# (\S+)\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
)


def execute(path):
    """Run a block of the page as the module that its first line names."""
    module = ModuleType(path.removesuffix(".py").replace("/", "."))
    sys.modules[module.__name__] = module
    exec(compile(BLOCKS[path], path, "exec"), vars(module))  # noqa: S102 - our own page
    return module


@pytest.fixture(autouse=True)
def lamps():
    sys.modules["lamps"] = ModuleType("lamps")
    yield execute("lamps/blink.py")
    registry.nodes._entries.pop("lamps.blink", None)
    for name in [name for name in sys.modules if name.split(".")[0] == "lamps"]:
        del sys.modules[name]


def test_its_test_passes():
    execute("lamps/test_blink.py").test_lamp_blinks()


def test_its_line_registers_the_type(lamps):
    execute("lamps/workflow_types.py")

    assert isinstance(registry.nodes.get("lamps.blink"), lamps.Blink)
