"""What a page offers: its links, and the forms that it can send."""

from html.parser import HTMLParser
from urllib.parse import urljoin

from django.urls import Resolver404, resolve


class Offers(HTMLParser):
    """Collects where links lead, and where buttons post to."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path, self.form = path, ""
        self.links: set[str] = set()
        self.posts: set[str] = set()

    def handle_starttag(self, tag, attributes):
        given = {name: value or "" for name, value in attributes}
        if tag == "a" and "href" in given:
            self.links.add(self._place(given["href"]))
        elif tag == "form":
            posts = given.get("method", "").lower() == "post"
            self.form = self._place(given.get("action", "")) if posts else ""
        elif self._submits(tag, given):
            place = given.get("formaction")
            self.posts.add(self._place(place) if place else self.form)

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = ""

    def _submits(self, tag, given):
        kind = given.get("type", "submit" if tag == "button" else "text")
        return tag in {"input", "button"} and kind == "submit" and bool(self.form)

    def _place(self, address):
        return urljoin(self.path, address).split("#")[0]


def offers(path: str, text: str) -> Offers:
    read = Offers(path)
    read.feed(text)
    return read


def name_of(path: str) -> str:
    """Give the name of an address of the admin, without `admin:`."""
    try:
        return resolve(path.partition("?")[0]).view_name.removeprefix("admin:")
    except Resolver404:
        return ""
