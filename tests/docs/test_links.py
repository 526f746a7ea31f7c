"""What every page promises: links, commands, examples and pictures are there."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from django.core.management import get_commands

from demo.shop import examples
from tests.admin_pages.pictures import PICTURES
from tests.everywhere import SERVERS
from workflows.graph import plan

ROOT = Path(__file__).parents[2]
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
LINK = re.compile(r"\]\(([^)\s]+)\)")
RECURRENCE = "tests/triggers/schedule/recurrence"
#: Pages with Python, and the tests that run it.
RUN_BY = {
    "docs/how-to/take-workflows-along.md": "tests/docs/test_take_workflows_along.py",
    "docs/how-to/start-by-webhook.md": "tests/docs/test_start_by_webhook.py",
    "docs/how-to/wait-for-events.md": "tests/docs/test_wait_for_events.py",
    "README.md": "tests/docs/test_background_work.py",
    "docs/how-to/add-a-node-type.md": "tests/docs/test_add_a_node_type.py",
    "docs/how-to/add-a-trigger.md": "tests/docs/test_add_a_trigger.py",
    "docs/how-to/call-python.md": "tests/docs/test_call_python.py",
    "docs/how-to/use-sql.md": "tests/docs/test_use_sql.py",
    "docs/how-to/run-background-work.md": "tests/docs/test_background_work.py",
    "docs/how-to/install-into-your-project.md": "tests/processes/test_installed.py",
    "docs/reference/schedule-rules.md": f"{RECURRENCE}/test_docs.py",
}

every_page = pytest.mark.parametrize(
    "page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix()
)


def named(path):
    return (ROOT / path).read_text(encoding="utf-8")


def blocks(text, language):
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def anchors(page):
    """List the anchors of the headings, as code hosts make them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    plain = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings]
    return {heading.replace(" ", "-") for heading in plain}


@every_page
def test_every_link_leads_somewhere(page):
    for target in LINK.findall(re.sub("`[^`\n]*`", "", page.read_text("utf-8"))):
        place, _, anchor = target.partition("#")
        if "://" in target:
            continue
        there = (page.parent / place).resolve() if place else page
        assert there.is_relative_to(ROOT), target
        assert there.exists(), target
        assert not anchor or anchor in anchors(there), target


@every_page
def test_every_command_exists(page):
    text = page.read_text(encoding="utf-8")

    targets = set(re.findall(r"^([a-z]+):", named("Makefile"), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z]+)`|\$ make ([a-z]+)", text)) <= {
        pair for name in targets for pair in ((name, ""), ("", name))
    }
    assert set(re.findall(r"manage\.py ([a-z]\w*)", text)) <= set(get_commands())


@every_page
def test_every_document_can_be_read(page):
    text = page.read_text(encoding="utf-8")

    for block in blocks(text, "json"):
        json.loads(block)
    for block in blocks(text, "python"):
        compile(block, page.name, "exec")


def test_all_python_of_pages_is_run():
    with_python = {
        page.relative_to(ROOT).as_posix()
        for page in PAGES
        if blocks(page.read_text("utf-8"), "python")
    }

    assert with_python == set(RUN_BY)
    assert all((ROOT / test).exists() for test in RUN_BY.values())


def test_map_has_every_page():
    linked = set(LINK.findall(named("docs/README.md")))

    pages = {p.relative_to(ROOT / "docs").as_posix() for p in ROOT.glob("docs/*/*.md")}
    assert linked == pages


def test_readme_shows_an_example():
    [shown] = map(json.loads, blocks(named("README.md"), "json"))

    assert shown == examples.document("date-field")["definition"]
    assert list(plan(shown).steps) == ["cancel"]


def test_readme_has_the_figures_of_the_replay():
    paragraph = named("README.md").split("As a check, ")[1].split("\n\n")[0]
    figures = re.findall(r"\d[\d,]*\d", paragraph)

    assert figures == ["2,036", "867", "2,036", "865", "43,148"]
    assert all(figure in named("docs/how-to/replay-orders.md") for figure in figures)


def test_readme_names_where_services_are_looked_for():
    text = named("README.md")

    assert all(f"| {s.name} | " in text for s in SERVERS)
    code = named("tests/everywhere.py") + named("tests/processes/conftest.py")
    assert set(re.findall(r"TEST_\w+_URL", text)) == set(
        re.findall(r"TEST_\w+_URL", code)
    )


def test_guide_shows_the_layers_of_the_contract():
    contracts = tomllib.loads(named("pyproject.toml"))["tool"]["importlinter"]
    layers = {c["id"]: c["layers"] for c in contracts["contracts"] if "layers" in c}
    [picture] = blocks(named("CONTRIBUTING.md"), "text")

    lines = picture.splitlines()
    assert [cut(line) for line in lines if line[0] == " "] == layers["engine"]
    assert [cut(line) for line in lines if line[0] != " "] == layers["apps"]


def cut(line):
    """Leave out the remark, which two spaces separate."""
    return line.strip().split("  ")[0]


def test_guide_lists_every_command_of_make():
    targets = re.findall(r"^([a-z]+):.*## ", named("Makefile"), re.MULTILINE)

    listed = re.findall(r"^\| `make (\w+)` \|", named("CONTRIBUTING.md"), re.MULTILINE)
    assert sorted(listed) == sorted({*targets} - {"help", "lint", "types"})


@pytest.mark.parametrize("picture", sorted(ROOT.glob("docs/images/*.png")))
def test_pictures_are_small_used_and_made_anew(picture):
    assert picture.stat().st_size < 200_000
    assert any(picture.name in page.read_text("utf-8") for page in PAGES)
    assert picture.name in {each.file for each in PICTURES}
