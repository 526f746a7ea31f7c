"""Other themes of the admin: pages open, their scripts run, and a node is added."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec

import pytest
from playwright.sync_api import expect

from tests.admin_pages.addresses import NOBODY, Kind
from tests.admin_pages.serving import signed_in
from tests.admin_pages.table import OURS

pytestmark = pytest.mark.browser
PAGES = [each for each in OURS if each.kind is Kind.PAGE and NOBODY not in each.see]

#: Gives the modules of a page that could not be run.
IDLE = """async () => {
    const idle = [];
    for (const {src} of document.querySelectorAll("script[type=module][src]")) {
        await import(src).catch((error) => idle.push(`${src}: ${error}`));
    }
    return idle;
}"""


@pytest.fixture(scope="module", params=["jazzmin", "unfold"])
def themed(request):
    """Serve the pages in a theme, from a process with settings of its own."""
    if find_spec(request.param) is None:
        missing = pytest.fail if os.environ.get("REQUIRE_SERVICES") else pytest.skip
        missing(f"{request.param} is not installed.")
    settings = f"tests.admin_pages.themes.{request.param}"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.admin_pages", "server"],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": settings},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield json.loads(process.stdout.readline())
    process.stdin.close()
    process.wait(30)
    process.stdout.close()


@pytest.fixture
def page(chromium, themed):
    context = signed_in(chromium, themed["address"], themed["session"], locale="en-GB")
    yield context.new_page()
    context.close()


def test_pages_open_and_their_scripts_run(page, themed):
    wrong, errors = {}, []
    page.on("pageerror", lambda error: errors.append(str(error)))

    for address in PAGES:
        path = address.path(themed["cast"])
        status = page.goto(path).status
        found = [*errors, *page.evaluate(IDLE)] + [status] * (status != 200)
        wrong |= {path: found} if found else {}
        errors.clear()

    assert wrong == {}


def test_a_node_is_added_on_the_canvas(page, themed):
    [editor, *_] = [e for e in PAGES if e.name == "workflows_workflowversion_change"]
    page.goto(editor.path(themed["cast"]))
    expect(page.locator("#wf-stage")).to_be_visible()
    before = page.locator("#wf-stage .wf-node").count()

    page.locator("#wf-trigger a").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#wf-stage .wf-node .wf-card-title").first).to_be_focused()
    page.keyboard.press("a")
    expect(page.locator("#wf-add-search")).to_be_focused()
    page.keyboard.type("calc")
    page.keyboard.press("Enter")

    expect(page.locator("#wf-stage .wf-node")).to_have_count(before + 1)
    expect(page.locator("#id_config-value")).to_be_visible()
