"""Every page of the table, in a real browser; each is loaded once per language.

All names are absurd there; with PAGES=all there are plain ones besides.
"""

import os

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client, override_settings
from pytest_django.live_server_helper import LiveServer

from tests.admin_pages import examining, table
from tests.admin_pages.addresses import NOBODY, Kind
from tests.admin_pages.cast import absurd, make, plain
from tests.browser.conftest import started
from tests.handlers.conftest import DEVICE

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

GROUPS = {
    name.lower(): [
        each
        for each in getattr(table, name)
        if each.kind is Kind.PAGE and NOBODY not in each.see
    ]
    for name in (
        "WORKFLOWS",
        "VERSIONS",
        "EXECUTIONS",
        "SMALL_LISTS",
        "PEOPLE",
        "BACKGROUND",
    )
}
#: What differs when the colours do.
COLOURS = ("color-contrast", "link-in-text-block")


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker, tmp_path_factory):
    """Serve one filled database to all tests here; they change nothing in it."""
    folder = str(tmp_path_factory.mktemp("works"))
    works = {"FOLDER": folder, "CONDITIONS": DEVICE, "LISTENING_PAGES": False}
    workflows = {"COLLECTIONS": ["shop"]}
    with (
        django_db_blocker.unblock(),
        override_settings(WORKS=works, WORKFLOWS=workflows),
        # First of all: beside its loop Django has other connections.
        started() as browser,
    ):
        owner, client = User.objects.create_superuser("owner"), Client()
        casts = [make(owner, says) for says in (plain, absurd)]
        client.force_login(owner)
        server = LiveServer("localhost")
        yield browser, server, client.cookies["sessionid"].value, casts
        server.stop()
        call_command("flush", interactive=False, verbosity=0)


@pytest.fixture
def browse(site):
    """Open a page in a language; everything that goes wrong there is noted."""
    browser, server, session, casts = site
    contexts = []

    def browse(language):
        context = browser.new_context(base_url=server.url, locale=language)
        contexts.append(context)
        context.add_cookies(
            [{"name": "sessionid", "value": session, "url": server.url}]
        )
        context.add_init_script(examining.LISTEN)
        return context.new_page(), casts

    yield browse
    for context in contexts:
        context.close()


def examined(page, path):
    """Load a page, and give all that is wrong with it."""
    said = []

    def note(line):
        # Chromium also gives advice about forms.
        if line.type in {"error", "warning"}:
            said.append(line.text)

    def asked(dialog):
        said.append(dialog.message)
        dialog.dismiss()

    page.on("console", note)
    page.on("dialog", asked)
    page.emulate_media(color_scheme="light")
    status = page.goto(path).status
    wrong = [] if status == 200 else [f"status {status}"]
    wrong += page.evaluate(examining.BROKEN)
    wrong += [f"turns {text!r}" for text in page.evaluate(examining.TURNS)]
    wrong += ["injected"] * page.evaluate(examining.INJECTED)
    wrong += examining.narrow(page)
    # There is no icon for the tab; axe itself breaks the policy.
    wrong += [line for line in said if "404" not in line]
    page.remove_listener("console", note)
    page.remove_listener("dialog", asked)
    page.set_viewport_size({"width": 1440, "height": 900})
    wrong += examining.faults(page)
    page.emulate_media(color_scheme="dark")
    page.evaluate(examining.SETTLED)
    return wrong + [f"dark {each}" for each in examining.faults(page, only=COLOURS)]


@pytest.mark.parametrize("language", ["en-GB", "ru-RU"])
@pytest.mark.parametrize("group", GROUPS)
def test_pages_are_sound(browse, group, language):
    page, casts = browse(language)
    # Each page costs a second.
    casts = casts if os.environ.get("PAGES") == "all" else casts[1:]

    wrong = {
        path: found
        for path in {each.path(cast): 0 for each in GROUPS[group] for cast in casts}
        if (found := examined(page, path))
    }

    assert not wrong, "\n".join(
        f"{path}: {each}" for path in wrong for each in wrong[path]
    )
