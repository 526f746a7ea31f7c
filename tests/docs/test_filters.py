"""The reference of filters and the code say the same."""

import json
import re
from pathlib import Path

from workflows.expressions import compile_value
from workflows.rules import OPERATORS, check_shape

TEXT = (Path(__file__).parents[2] / "docs" / "reference" / "filters.md").read_text(
    encoding="utf-8"
)


def test_every_operator_is_listed():
    cells = re.findall(r"^\| (`.+?) \|", TEXT, re.MULTILINE)

    assert set(re.findall(r"`(\w+)`", " ".join(cells))) == set(OPERATORS)


def test_example_has_the_right_shape(now):
    example = json.loads(re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)[0])

    check_shape(example, "field")
    assert compile_value(example).render({"now": now})
