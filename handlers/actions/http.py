"""`http`: a request, as in `POST #alias/path {"Code":"@a"}`."""

import gzip
import re
from dataclasses import replace

from handlers.actions.aliases import Place, alias_in, locate
from handlers.actions.assignments import NAME, filled, filled_json
from handlers.actions.contracts import ActionType
from handlers.actions.errors import HttpFailed, MethodInvalid
from handlers.actions.session import Session
from handlers.addresses import check_url
from handlers.conf import settings
from handlers.fetching import Answer, Call, fetch
from workflows.exceptions import WorkflowError

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD")
_FORM = re.compile(
    r"\s*(?P<verb>[A-Za-z]+)\s+(?P<place>\S+)(?: (?P<body>.*))?\s*", re.DOTALL
)
_WANTED = "a verb, a URL without spaces and the body, such as GET #alias/path"


class Http(ActionType):
    """Puts ResultMessage, ResultCode and ResultError; a failure is an error too."""

    type = "http"

    def check(self, method: str) -> None:
        _verb, place, _body = split(method)
        # With a variable in it the address is known only when it is called.
        if alias_in(place) and not NAME.search(alias_in(place)):
            locate(place)
        elif not NAME.search(place) and not place.startswith("#"):
            check_url(place)

    def run(self, session: Session, method: str) -> None:
        verb, place, body = split(method)
        stack = session.stack
        for name in ("ResultMessage", "ResultCode", "ResultError"):
            stack.put(name, "")
        try:
            where = locate(filled(place, stack))
            answer = fetch(_call(session, verb, where, filled_json(body, stack)))
        except WorkflowError as error:
            stack.put("ResultError", str(error))
            raise
        stack.put("ResultMessage", answer.text)
        stack.put("ResultCode", answer.status)
        if not succeeded(answer.status, strict=where.strict):
            failed = HttpFailed(verb, where.shown, answer.status)
            stack.put("ResultError", str(failed))
            raise failed


def split(method: str) -> tuple[str, str, str]:
    """Split a method into verb, place and body."""
    found = _FORM.fullmatch(method)
    if found is None or found["verb"].upper() not in METHODS:
        raise MethodInvalid("http", method, _WANTED)
    return found["verb"].upper(), found["place"], found["body"] or ""


def succeeded(status: int, *, strict: bool = False) -> bool:
    """Tell a success: 200 to 299, or only up to 200 where that is asked for."""
    return 200 <= status <= (200 if strict or settings().strict_http else 299)  # noqa: PLR2004 - statuses


def _call(session: Session, verb: str, where: Place, body: str) -> Call:
    headers = dict(where.headers)
    if session.effect:
        headers.setdefault("Idempotency-Key", session.effect)
    if body and "content-type" not in {name.lower() for name in headers}:
        headers["Content-Type"] = "application/json; charset=utf-8"
    return Call(
        method=verb,
        url=where.url,
        headers=headers,
        body=body.encode() if body else None,
        timeout=settings().http_timeout.total_seconds(),
        secrets=where.secrets,
    )


def send(
    session: Session, verb: str, place: str, body: str, *, packed: bool = False
) -> Answer:
    """Make a request for another type of handler; raise unless it succeeds.

    `packed` bodies are compressed by gzip; so may the answer be in any case.
    """
    where = locate(place)
    call = _call(session, verb, where, body)
    if packed:
        headers = {**call.headers, "Content-Encoding": "gzip"}
        call = replace(call, headers=headers, body=gzip.compress(body.encode()))
    answer = fetch(call)
    if not succeeded(answer.status, strict=True):
        raise HttpFailed(verb, where.shown, answer.status)
    return answer
