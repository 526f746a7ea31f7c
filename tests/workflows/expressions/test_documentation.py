"""The reference page and the code say the same."""

import json
import re
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from workflows.expressions import compile_text, limits
from workflows.expressions.filters import FILTERS
from workflows.expressions.functions import FUNCTIONS
from workflows.expressions.methods import METHODS
from workflows.expressions.questions import QUESTIONS

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs/reference/expressions.md").read_text(encoding="utf-8")
ROWS = re.findall(
    r"^\|(?:([^`\n]*)\|)? `(\{\{.*?\}\})` \| `(.*?)` \|", PAGE, re.MULTILINE
)
EXAMPLES = [(text.replace("\\|", "|"), result) for _, text, result in ROWS]
NAMES = {name.split("|")[-1].strip() for name, _, _ in ROWS}


@pytest.fixture(scope="module")
def scope():
    block = PAGE.partition("```json")[2].partition("```")[0]
    found = json.loads(block, parse_float=Decimal)
    found["now"] = datetime.fromisoformat(found["now"])
    found["trigger"]["date"] = datetime.fromisoformat(found["trigger"]["date"])
    return found


@pytest.mark.parametrize(("text", "result"), EXAMPLES)
def test_example_gives_the_result_on_the_page(text, result, scope):
    value = compile_text(text).render(scope)

    shown = repr(value) if isinstance(value, str | list | dict) else str(value)
    assert shown == result


def test_every_row_of_the_page_is_an_example():
    rows = [line for line in PAGE.splitlines() if line.startswith("|") and "{{" in line]

    assert len(EXAMPLES) == len(rows)


@pytest.mark.parametrize("name", sorted({*FUNCTIONS, *FILTERS, *QUESTIONS, *METHODS}))
def test_everything_registered_is_on_the_page(name):
    assert name in NAMES


@pytest.mark.parametrize(("name", "cap"), re.findall(r"`(MAX_\w+)` = ([\d,]+)", PAGE))
def test_cap_on_the_page_is_the_cap_of_the_code(name, cap):
    assert f"{getattr(limits, name):,}" == cap
