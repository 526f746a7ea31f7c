"""A filled database, served from this process to a browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.test import Client
from pytest_django.live_server_helper import LiveServer


@contextmanager
def served() -> Iterator[str]:
    server = LiveServer("localhost")
    try:
        yield server.url
    finally:
        server.stop()


def session_of(user: Any) -> str:
    """Sign somebody in; give what their browser sends."""
    client = Client()
    client.force_login(user)
    return str(client.cookies["sessionid"].value)


def signed_in(browser: Any, address: str, session: str, **options: Any) -> Any:
    """Open a browser's window for whom the session belongs to."""
    context = browser.new_context(base_url=address, **options)
    context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
    return context
