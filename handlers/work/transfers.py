"""Transfers of files: streamed, resumed where they broke off, renamed at the end."""

import fcntl
import os
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any, Protocol

from requests import Response
from requests.exceptions import RequestException
from urllib3.exceptions import HTTPError

from handlers.actions.aliases import Place
from handlers.actions.http import succeeded
from handlers.conf import settings
from handlers.fetching import Call, opened
from handlers.files import file_of
from handlers.work.requests import Request
from handlers.work.states import Kind
from workflows.exceptions import WorkflowError

_CHUNK = 262_144
#: Seconds between two reports.
_REPORT = 1.0
#: Seconds without a byte after which a transfer is broken off.
_SILENCE = 60
#: Statuses that another try may get past.
_PASSING = {408, 425, 429, 500, 502, 503, 504}
_PARTIAL, _NOT_SATISFIABLE = 206, 416


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a transfer has come."""

    done: int
    #: None: nobody has said how much it is.
    total: int | None
    #: Bytes each second, of this run.
    speed: float

    @property
    def left(self) -> float | None:
        """Seconds that it will take at this speed; None if that cannot be said."""
        if self.total is None or self.speed <= 0:
            return None
        return max(self.total - self.done, 0) / self.speed

    def as_json(self) -> dict[str, Any]:
        left = None if self.left is None else round(self.left)
        return {
            "done": self.done,
            "total": self.total,
            "speed": round(self.speed),
            "left": left,
        }


class Report(Protocol):
    """Hears of progress about once a second, and may raise to break it off."""

    def __call__(self, progress: Progress) -> None: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a transfer ended."""

    error: str = ""
    #: Trying again cannot help.
    permanent: bool = False
    file: str = ""


class Broken(WorkflowError):
    """A transfer that did not get to its end."""

    def __init__(self, problem: str, *, permanent: bool = True) -> None:
        super().__init__(problem)
        self.permanent = permanent


@dataclass
class _Meter:
    """Counts bytes and reports them now and then."""

    report: Report
    done: int = 0
    total: int | None = None

    def __post_init__(self) -> None:
        self._begun = self._last = monotonic()
        self._first = self.done

    def add(self, size: int) -> None:
        self.done += size
        limit = settings().file_limit
        if self.done > limit:
            problem = f"The file is larger than {limit} bytes."
            raise Broken(problem)
        moment = monotonic()
        if moment - self._last >= _REPORT:
            self._last = moment
            speed = (self.done - self._first) / (moment - self._begun)
            self.report(Progress(self.done, self.total, speed))


def transfer(request: Request, kind: Kind, report: Report) -> Outcome:
    """Transfer the file of a request; what goes wrong is in the outcome."""
    try:
        report(Progress(0, None, 0))
        where = request.place()
        if kind == Kind.UPLOAD:
            _upload(request, where, report)
            return Outcome()
        return Outcome(file=str(_download(request, where, report)))
    except WorkflowError as error:
        return Outcome(str(error), permanent=error.permanent)
    except (RequestException, HTTPError, OSError) as error:
        problem = type(error).__name__
        return Outcome(f"The transfer of '{request.file}' broke off: {problem}.")


def _download(request: Request, where: Place, report: Report) -> Path:
    target = file_of(request.file)
    target.parent.mkdir(parents=True, exist_ok=True)
    with _ours(_beside(target, "part"), request) as output:
        _fetch(request, where, report, output)
        output.flush()
        os.fsync(output.fileno())
        _beside(target, "part").replace(target)
        _beside(target, "etag").unlink(missing_ok=True)
    return target


@contextmanager
def _ours(part: Path, request: Request) -> Iterator[Any]:
    """Open the part and lock it: two transfers into one file would mix their bytes."""
    with part.open("ab") as output:
        try:
            fcntl.flock(output, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Another transfer may have renamed it between the two.
            is_there = os.fstat(output.fileno()).st_ino == part.stat().st_ino
        except OSError:
            is_there = False
        if not is_there:
            problem = f"Another transfer writes '{request.file}' right now."
            raise Broken(problem, permanent=False)
        try:
            yield output
        finally:
            if not output.tell():
                part.unlink(missing_ok=True)


def _fetch(request: Request, where: Place, report: Report, output: Any) -> None:
    """Write what is missing of the file to the end of its part."""
    tag = _beside(file_of(request.file), "etag")
    resumed = output.tell() if tag.exists() else 0
    with _answer(request, where, _range(resumed, tag)) as response:
        if response.status_code == _NOT_SATISFIABLE:
            output.truncate(0)
            problem = "The file has changed meanwhile."
            raise Broken(problem, permanent=False)
        _expect(request, where, response)
        goes_on = response.status_code == _PARTIAL
        if not goes_on:
            output.truncate(0)
        _remember(tag, response)
        meter = _Meter(report, resumed if goes_on else 0)
        meter.total = _total(response, meter.done)
        for piece in _pieces(response):
            output.write(piece)
            meter.add(len(piece))
    if meter.total is not None and meter.done != meter.total:
        problem = f"{meter.done} of {meter.total} bytes of '{request.file}' came."
        raise Broken(problem, permanent=False)


def _beside(target: Path, kind: str) -> Path:
    return target.with_name(f"{target.name}.{kind}")


def _range(resumed: int, tag: Path) -> dict[str, str]:
    """Ask for the rest, of the very file that was begun."""
    headers = {"Accept-Encoding": "identity"}
    if resumed:
        headers["Range"] = f"bytes={resumed}-"
        if known := tag.read_text():
            headers["If-Range"] = known
    return headers


def _remember(tag: Path, response: Response) -> None:
    """Keep what names this version of the file; a weak tag cannot resume it."""
    etag = response.headers.get("ETag", "")
    strong = "" if etag.startswith("W/") else etag
    tag.write_text(strong or response.headers.get("Last-Modified", ""))


def _total(response: Response, before: int) -> int | None:
    length = response.headers.get("Content-Length", "")
    if response.headers.get("Content-Encoding") or not length.isdigit():
        return None
    return before + int(length)


def _pieces(response: Response) -> Iterator[bytes]:
    while piece := response.raw.read1(_CHUNK, decode_content=True):
        yield piece


def _upload(request: Request, where: Place, report: Report) -> None:
    path = file_of(request.file)
    if not path.is_file():
        problem = f"There is no file '{request.file}'."
        raise Broken(problem)
    with ExitStack() as stack:
        file = stack.enter_context(path.open("rb"))
        body = _Body(file, path, report, multipart=request.multipart)
        headers = body.headers
        response = stack.enter_context(_answer(request, where, headers, body))
        _expect(request, where, response)


class _Body:
    """The bytes of a file as they are, or as the one part of a form."""

    def __init__(
        self, file: Any, path: Path, report: Report, *, multipart: bool
    ) -> None:
        self._file = file
        size = path.stat().st_size
        self._meter = _Meter(report, total=size)
        self.headers = {"Content-Type": "application/octet-stream"}
        self._head = self._tail = b""
        if multipart:
            mark = uuid.uuid4().hex
            name = path.name.replace('"', "")
            self._head = (
                f'--{mark}\r\nContent-Disposition: form-data; name="file"; '
                f'filename="{name}"\r\nContent-Type: application/octet-stream\r\n\r\n'
            ).encode()
            self._tail = f"\r\n--{mark}--\r\n".encode()
            self.headers["Content-Type"] = f"multipart/form-data; boundary={mark}"
        self._length = len(self._head) + size + len(self._tail)

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[bytes]:
        yield self._head
        while piece := self._file.read(_CHUNK):
            self._meter.add(len(piece))
            yield piece
        yield self._tail


@contextmanager
def _answer(
    request: Request, where: Place, headers: dict[str, str], body: Any = None
) -> Iterator[Response]:
    given = {name.lower() for name in where.headers}
    added = {k: v for k, v in headers.items() if k.lower() not in given}
    call = Call(
        method=request.method,
        url=where.url,
        headers={**added, **where.headers},
        body=body,
        timeout=_SILENCE,
        redirects=0 if body is not None else 5,
    )
    with opened(call) as response:
        yield response


def _expect(request: Request, where: Place, response: Response) -> None:
    status = response.status_code
    if succeeded(status, strict=where.strict and status != _PARTIAL):
        return
    problem = f"{request.method} {where.shown} answered with status {status}."
    raise Broken(problem, permanent=status not in _PASSING)
