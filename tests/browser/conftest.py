"""Chromium, for the tests that need a real browser."""

import os
import shutil
from contextlib import contextmanager

import pytest
from playwright.sync_api import sync_playwright

from tests.handlers.conftest import works

__all__ = ["chromium", "works"]

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture
def chromium():
    """Start Chromium; without one this is skipped, or fails where all must be there."""
    with started() as browser:
        yield browser


@contextmanager
def started():
    path = shutil.which("chromium")
    if path is None:
        missing = pytest.fail if os.environ.get("REQUIRE_SERVICES") else pytest.skip
        missing("Chromium is not installed.")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright runs a loop in this thread, in which Django refuses to work.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()
