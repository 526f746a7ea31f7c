"""HTTP requests through the address guard: redirects by hand, bounded in every way."""

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any
from urllib.parse import urljoin

from requests import Response, Session
from requests.exceptions import RequestException, SSLError, Timeout
from urllib3.exceptions import HTTPError, ReadTimeoutError

from handlers.addresses import check_url, guarded_session, origin
from workflows.conf import settings
from workflows.exceptions import WorkflowError

_CHUNK = 65_536
_REDIRECTS = {301, 302, 303, 307, 308}
#: Headers that the connection sets itself.
_RESERVED = {"host", "content-length", "transfer-encoding", "connection"}
#: A header's name and value, by RFC 9110; the value in Latin-1.
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


class FetchFailed(WorkflowError):
    """A request that got no usable answer; trying again may help."""

    permanent = False

    def __init__(self, host: str, problem: str) -> None:
        super().__init__(f"The request to '{host}' failed: {problem}.")


class HeaderRefused(WorkflowError):
    """A header that is not for workflows to set."""

    def __init__(self, name: str) -> None:
        super().__init__(f"The header '{name}' is set by the connection itself.")


class HeaderInvalid(WorkflowError):
    """A header that no request can carry."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The header {name[:60]!r} has a line break or another character that "
            "headers cannot carry."
        )


@dataclass(frozen=True, slots=True)
class Call:
    """One request as it is meant."""

    method: str
    url: str
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    #: Bytes, or for `opened` pieces of a known length.
    body: bytes | Iterable[bytes] | None = None
    #: Seconds for all of it, redirects and the body included.
    timeout: float = 10
    #: Redirects that are followed.
    redirects: int = 5
    #: Texts that are hidden in the answer, where the other side repeats them.
    secrets: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    #: JSON as its values, text as text, anything else in Base64.
    data: Any
    #: What happened to the data, if it is not what was sent.
    note: str = ""
    #: The body as text; in Base64 if it is none.
    text: str = ""

    def without(self, secrets: tuple[str, ...]) -> "Answer":
        """Hide these texts wherever they stand."""
        if not secrets:
            return self
        return replace(
            self,
            headers=_without(self.headers, secrets),
            data=_without(self.data, secrets),
            text=_without(self.text, secrets),
        )


def _without(value: Any, secrets: tuple[str, ...]) -> Any:
    match value:
        case str():
            for secret in secrets:
                value = value.replace(secret, "•••")
            return value
        case Mapping():
            return {
                _without(name, secrets): _without(each, secrets)
                for name, each in value.items()
            }
        case list():
            return [_without(each, secrets) for each in value]
        case _:
            return value


def fetch(call: Call) -> Answer:
    """Make the request; raise `FetchFailed`, or an error that names what is refused."""
    deadline = monotonic() + call.timeout
    _check_headers(call.headers)
    host = ""
    with guarded_session() as session:
        for _hop in range(call.redirects + 1):
            host = check_url(call.url).hostname or ""
            try:
                answer = _hop_to(session, call, deadline)
            except (RequestException, HTTPError, OSError) as error:
                raise FetchFailed(host, _problem(error)) from error
            if isinstance(answer, Answer):
                return answer.without(call.secrets)
            call = answer
    raise FetchFailed(host, "it redirects too often")


def _check_headers(headers: Mapping[str, str]) -> None:
    for name, value in headers.items():
        if name.lower() in _RESERVED:
            raise HeaderRefused(name)
        if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            raise HeaderInvalid(name)


@contextmanager
def opened(call: Call) -> Iterator[Response]:
    """Make the request and give the answer unread; the timeout is that of silence."""
    host = ""
    with guarded_session() as session:
        for _hop in range(call.redirects + 1):
            host = check_url(call.url).hostname or ""
            response = _tried(session, call, host)
            following = _redirected(call, response)
            if following is None:
                with response:
                    yield response
                return
            response.close()
            call = following
    raise FetchFailed(host, "it redirects too often")


def _tried(session: Session, call: Call, host: str) -> Response:
    try:
        return _send(session, call, monotonic() + call.timeout)
    except (RequestException, HTTPError, OSError) as error:
        raise FetchFailed(host, _problem(error)) from error


def _hop_to(session: Session, call: Call, deadline: float) -> Answer | Call:
    """Give the answer, or the call that a redirect asks for."""
    response = _send(session, call, deadline)
    with response:
        return _redirected(call, response) or _answer(response, deadline)


def _send(session: Session, call: Call, deadline: float) -> Response:
    left = deadline - monotonic()
    if left <= 0:
        raise Timeout
    return session.request(
        call.method,
        call.url,
        params=dict(call.query),
        headers=dict(call.headers),
        data=call.body,
        timeout=left,
        allow_redirects=False,
        stream=True,
    )


def _redirected(call: Call, response: Response) -> Call | None:
    """Give the call that a redirect asks for; headers stay with their origin."""
    location = response.headers.get("location")
    if not call.redirects or response.status_code not in _REDIRECTS or not location:
        return None
    url = urljoin(response.url or call.url, location)
    following = replace(call, url=url, query={})
    if origin(url) != origin(call.url):
        following = replace(following, headers=_harmless(call.headers))
    turns = response.status_code == 303 or (  # noqa: PLR2004 - See Other
        response.status_code in {301, 302} and call.method == "POST"
    )
    if turns and call.method != "HEAD":
        following = replace(following, method="GET", body=None)
    return following


def _harmless(headers: Mapping[str, str]) -> dict[str, str]:
    kept = {"accept", "content-type", "idempotency-key"}
    return {name: value for name, value in headers.items() if name.lower() in kept}


def _answer(response: Response, deadline: float) -> Answer:
    content = _content(response, deadline)
    kind, charset = _kind(response.headers.get("content-type", ""))
    data, note = _data(content, kind, charset)
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status_code, headers, data, note, _text(content, charset))


def _text(content: bytes, charset: str) -> str:
    try:
        return content.decode(charset) if content else ""
    except (LookupError, UnicodeDecodeError):
        return _base64(content)[0]


def _content(response: Response, deadline: float) -> bytes:
    """Read the body piece by piece, so that neither size nor time runs away."""
    limit = settings().http_response_limit
    content = bytearray()
    while piece := response.raw.read1(_CHUNK, decode_content=True):
        content += piece
        if len(content) > limit:
            host = check_url(response.url).hostname or ""
            raise FetchFailed(host, f"the response is larger than {limit} bytes")
        if monotonic() > deadline:
            raise Timeout
    return bytes(content)


def _kind(content_type: str) -> tuple[str, str]:
    kind, *parameters = (part.strip() for part in content_type.lower().split(";"))
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name == "charset":
            return kind, value.strip("\"' ")
    return kind, "utf-8"


def _data(content: bytes, kind: str, charset: str) -> tuple[Any, str]:
    if not content:
        return None, ""
    try:
        text = content.decode(charset)
    except (LookupError, UnicodeDecodeError):
        return _base64(content)
    if kind == "application/json" or kind.endswith("+json"):
        return _json(text, kind)
    return _base64(content) if "\0" in text else (text, "")


def _json(text: str, kind: str) -> tuple[Any, str]:
    try:
        return json.loads(text, parse_constant=_refuse), ""
    except (ValueError, RecursionError):
        return text, f"The data is no valid JSON, though it is called {kind}."


def _refuse(name: str) -> None:
    raise ValueError(name)


def _base64(content: bytes) -> tuple[str, str]:
    return base64.b64encode(content).decode(), "The data is no text; it is in Base64."


def _problem(error: Exception) -> str:
    """Say what went wrong without the URL, whose query may hold secrets."""
    if isinstance(error, Timeout | ReadTimeoutError) or "timed out" in str(error):
        return "it took longer than allowed"
    if isinstance(error, SSLError):
        return "the certificate or TLS is not accepted"
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
        cause = cause.__cause__ or cause.__context__
    return type(error).__name__
