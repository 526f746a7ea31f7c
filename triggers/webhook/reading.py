"""What a request says: its body as data, and the parts of it that are kept."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from triggers.webhook.refusals import RequestRefused
from workflows.codec import encode
from workflows.conf import settings
from workflows.exceptions import ResultNotStorable

_FORM = "application/x-www-form-urlencoded"


def read_body(request: HttpRequest) -> bytes:
    """Read no more than is allowed; raise `RequestRefused` with 413 beyond."""
    limit = settings().webhook_limit
    body = request.read(limit + 1)
    if len(body) > limit:
        message = _("The body is larger than %(n)s bytes.")
        raise RequestRefused(413, message % {"n": limit})
    return bytes(body)


def context_of(
    request: HttpRequest, body: bytes, config: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """Make the context; raise `RequestRefused` for what cannot be read or stored."""
    query = _plain(request.GET)
    kept = {name.lower(): request.headers.get(name) for name in config["headers"] or ()}
    context = {
        "data": query if request.method == "GET" else _data(request, body),
        "date": now,
        "request": {"method": request.method, "query": query, "headers": kept},
    }
    try:
        encode(context)
    except ResultNotStorable as error:
        raise RequestRefused(400, error) from None
    return context


def _data(request: HttpRequest, body: bytes) -> Any:
    kind = request.content_type or ""
    if not body:
        return {}
    if kind == _FORM:
        return _plain(QueryDict(body, encoding="utf-8"))
    if kind in {"", "application/json"} or kind.endswith("+json"):
        return _json(body)
    message = _("The body is '%(kind)s'; send JSON or a form (%(form)s).")
    raise RequestRefused(415, message % {"kind": kind[:100], "form": _FORM})


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise RequestRefused(400, _("The body is not valid JSON.")) from None


def _plain(values: QueryDict) -> dict[str, Any]:
    """Give a text for each name, or a list of them where it comes more than once."""
    return {
        name: given[0] if len(given) == 1 else list(given)
        for name, given in values.lists()
    }
