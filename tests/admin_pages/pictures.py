"""Takes pictures of the pages: those that the docs show, or all there are."""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any
from unittest.mock import patch

from playwright.sync_api import Browser, Page

from tests.admin_pages.addresses import NOBODY, Kind, page
from tests.admin_pages.examining import WIDTHS
from tests.admin_pages.serving import served, session_of, signed_in
from tests.admin_pages.shop import MOMENT, open_shop
from tests.admin_pages.table import TABLE
from tests.browser.conftest import started

DOCS = Path(__file__).parents[2] / "docs" / "images"
EDITOR = "workflows_workflowversion_change"


@dataclass(frozen=True)
class Picture:
    """A picture that the docs show."""

    file: str
    #: The address as the table writes it, and what it is about.
    address: str
    about: str = ""
    height: int = 720


#: All that is in docs/images.
PICTURES = [
    Picture("workflows.png", "workflows_workflow_changelist"),
    Picture("editor.png", f"{EDITOR}?panel=node:orders", "order_check", 820),
    Picture("first-workflow.png", f"{EDITOR}?panel=node:update", "first_workflow", 820),
    Picture("execution.png", "workflows_execution_change", "cancelled"),
    Picture("calendar.png", "workflows_workflow_calendar?view=week", height=620),
]


def main(*arguments: str) -> None:
    parser = argparse.ArgumentParser(prog="make screenshots", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="where all pages go")
    parser.add_argument("--only", default="", help="a part of the names of addresses")
    parser.add_argument("--widths", default=",".join(map(str, WIDTHS)))
    parser.add_argument("--languages", default="en-GB,ru-RU")
    parser.add_argument("--schemes", default="light,dark")
    given = parser.parse_args(arguments)
    admin, cast = open_shop()
    session = session_of(admin)
    with (
        patch("django.utils.timezone.now", lambda: MOMENT),
        served() as address,
        started() as browser,
    ):
        taker = Taker(browser, address, session, cast)
        if given.folder:
            taker.take_all(given)
        else:
            taker.take_for_docs()


@dataclass
class Taker:
    """Opens pages, waits for them, and takes pictures."""

    browser: Browser
    address: str
    session: str
    cast: dict[str, Any]

    def open(self, language: str, scheme: str, width: int, height: int) -> Page:
        context = signed_in(
            self.browser,
            self.address,
            self.session,
            locale=language,
            color_scheme=scheme,
            reduced_motion="reduce",
            viewport={"width": width, "height": height},
        )
        context.clock.set_fixed_time(MOMENT)
        opened: Page = context.new_page()
        return opened

    def take_for_docs(self) -> None:
        for picture in PICTURES:
            opened = self.open("en-GB", "light", 1440, picture.height)
            place = page(picture.address, picture.about, see="staff").path(self.cast)
            self._shoot(opened, place, DOCS / picture.file)
            opened.context.close()

    def take_all(self, given: argparse.Namespace) -> None:
        given.folder.mkdir(parents=True, exist_ok=True)
        looks = product(given.languages.split(","), given.schemes.split(","))
        for (language, scheme), width in product(looks, given.widths.split(",")):
            opened = self.open(language, scheme, int(width), 900)
            for name, place in self._all(given.only):
                file = f"{name}.{language[:2]}.{scheme}.{width}.png"
                self._shoot(opened, place, given.folder / file, full_page=True)
            opened.context.close()

    def _all(self, only: str) -> Iterator[tuple[str, str]]:
        for each in TABLE:
            if each.kind is Kind.PAGE and NOBODY not in each.see and only in str(each):
                name = str(each).translate({ord(c): "-" for c in "?=:/&{}"})
                yield name, each.path(self.cast)

    def _shoot(self, opened: Page, place: str, file: Path, **options: Any) -> None:
        opened.goto(place, wait_until="networkidle")
        opened.screenshot(path=file, animations="disabled", **options)
        print(file)  # noqa: T201 - it takes a while
