"""Transfers against a real server on loopback: whole, resumed, refused, stopped."""

import fcntl
import hashlib
import threading
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from handlers.work.models import Work
from handlers.work.starting import COMMANDS, place, stop_work
from handlers.work.transfers import Progress
from tests.conftest import NOW
from tests.handlers.device import lacks
from tests.handlers.work.conftest import act

CONTENT = bytes(range(256)) * 4096


class Server(ThreadingHTTPServer):
    """Knows what it has been asked, and what to answer."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Files)
        self.content, self.breaks_at = CONTENT, None
        self.seen, self.uploads, self.statuses = [], [], []

    def handle_error(self, request, client_address):
        """Say nothing of transfers that are broken off."""


class Files(BaseHTTPRequestHandler):
    """Serves CONTENT, with ranges; may break off, refuse, or take uploads."""

    server: Server

    def do_GET(self):
        self.server.seen.append(dict(self.headers))
        status = self.server.statuses.pop(0) if self.server.statuses else 200
        content, start = self.server.content, 0
        wanted = self.headers.get("Range", "")
        if status == 200 and wanted and self.headers.get("If-Range") == self.tag:
            start, status = int(wanted[6:-1]), 206
        if start > len(content):
            status, content = 416, b""
        self.send_response(status)
        self.send_header("ETag", self.tag)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        most = self.server.breaks_at or len(content)
        self.server.breaks_at = None
        self.wfile.write(content[start : start + most])

    @property
    def tag(self):
        return f'"{hashlib.md5(self.server.content).hexdigest()}"'  # noqa: S324 - a name

    def do_POST(self):
        self.server.seen.append(dict(self.headers))
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.uploads.append(body)
        self.send_response(self.server.statuses.pop(0) if self.server.statuses else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args):
        pass


@pytest.fixture
def server():
    server = Server()
    threading.Thread(target=server.serve_forever, args=(0.02,)).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def transfer(server, go, time):
    """Order a transfer and run it; give the work."""

    def transfer(kind="Download", *, run=True, **keys):
        request = {
            "url": f"http://127.0.0.1:{server.server_address[1]}/file",
            "file": "in/goods.bin",
            "postExecute": [act("set", "seen=@ResultError;file=@DownloadedFile")],
            **keys,
        }
        value = {"request": request, "tag": "t"}
        work = place(COMMANDS[f"Start{kind}WorkRequest"](value), NOW)
        return go(work) if run else work

    return transfer


def stored(works):
    return (works / "files" / "in" / "goods.bin").read_bytes()


def leftovers(works):
    return sorted(path.name for path in (works / "files" / "in").iterdir())


def test_a_file_is_downloaded_whole(transfer, works):
    work = transfer()

    assert (work.state, work.reason) == ("succeeded", "")
    assert stored(works) == CONTENT
    assert leftovers(works) == ["goods.bin"]
    assert work.output["seen"] == ""
    assert work.output["file"].endswith("goods.bin")


def test_a_broken_download_is_resumed(transfer, works, server, time, go):
    server.breaks_at = 300_000
    work = transfer()
    assert (work.state, work.failures) == ("retry", 1)
    assert leftovers(works) == ["goods.bin.etag", "goods.bin.part"]
    assert not (works / "files/in/goods.bin").exists()

    time.forward(seconds=30)

    assert go(work).state == "succeeded"
    assert stored(works) == CONTENT
    assert server.seen[1]["Range"].startswith("bytes=")
    assert int(server.seen[1]["Range"][6:-1]) > 0
    assert leftovers(works) == ["goods.bin"]


def test_a_file_that_changed_begins_anew(transfer, works, server, time, go):
    server.breaks_at = 300_000
    work = transfer()
    server.content = b"new" * 200_000
    time.forward(seconds=30)

    assert go(work).state == "succeeded"
    assert stored(works) == b"new" * 200_000


def test_an_old_file_stays_until_the_new_one_is_whole(transfer, works, server):
    (works / "files/in").mkdir(parents=True)
    (works / "files/in/goods.bin").write_bytes(b"old")
    server.breaks_at = 10

    transfer()

    assert stored(works) == b"old"


def test_two_transfers_never_mix_in_one_file(transfer, works, server):
    (works / "files/in").mkdir(parents=True)
    with (works / "files/in/goods.bin.part").open("ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX)

        work = transfer()

    assert (work.state, server.seen) == ("retry", [])
    assert "Another transfer writes 'in/goods.bin'" in work.reason


def test_an_error_of_what_follows_transfers_nothing_again(transfer, server):
    work = transfer(postExecute=[act("python", "fails")])

    assert (work.state, work.reason) == ("failed", "ValueError: no such article")
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("status", "state"),
    [(404, "failed"), (403, "failed"), (503, "retry"), (429, "retry")],
)
def test_statuses_that_may_pass_are_tried_again(transfer, server, status, state):
    server.statuses = [status]

    work = transfer()

    assert work.state == state
    assert work.reason.endswith(f"answered with status {status}.")
    seen = work.output.get("seen")
    assert seen == (work.reason if state == "failed" else None)


def test_a_dead_server_is_tried_again(transfer):
    work = transfer(url="http://127.0.0.1:1/")

    assert (work.state, work.failures) == ("retry", 1)
    assert "Connection refused" in work.reason


def test_a_large_file_is_refused(transfer, settings, works):
    settings.WORKS = {**settings.WORKS, "FILE_LIMIT": 1000}

    work = transfer()

    assert (work.state, work.reason) == (
        "failed",
        "The file is larger than 1000 bytes.",
    )
    assert not (works / "files/in/goods.bin").exists()


def upload(transfer, works, **keys):
    (works / "files/in").mkdir(parents=True)
    (works / "files/in/goods.bin").write_bytes(CONTENT)
    return transfer("Upload", **keys)


def test_the_raw_file_is_uploaded(transfer, works, server):
    work = upload(transfer, works)

    assert (work.state, work.output["seen"]) == ("succeeded", "")
    assert server.uploads == [CONTENT]
    assert server.seen[0]["Content-Length"] == str(len(CONTENT))


def test_a_form_of_parts_is_an_option(transfer, works, server):
    upload(transfer, works, multipart=True)

    kind = server.seen[0]["Content-Type"].encode()
    message = BytesParser().parsebytes(
        b"Content-Type: " + kind + b"\r\n\r\n" + server.uploads[0]
    )
    part: Any = list(message.walk())[1]
    assert part.get_filename() == "goods.bin"
    assert part.get_payload(decode=True) == CONTENT


def test_headers_and_login_are_sent_and_stored_encrypted(transfer, works, server):
    login = {"user": "ann", "password": "s3cret"}
    work = upload(transfer, works, headers={"X-Key": "k3y"}, basic=login)

    assert server.seen[0]["X-Key"] == "k3y"
    assert server.seen[0]["Authorization"] == "Basic YW5uOnMzY3JldA=="
    row = str(Work.objects.filter(pk=work.pk).values().get())
    assert "s3cret" not in row
    assert "k3y" not in row


def test_a_file_that_is_not_there_fails(transfer, works):
    work = transfer("Upload")

    assert (work.state, work.reason) == ("failed", "There is no file 'in/goods.bin'.")
    assert work.output["seen"] == work.reason


def test_a_stopped_transfer_does_not_begin(transfer, server, go):
    work = transfer(run=False)
    stop_work("t")

    assert go(work).state == "cancelled"
    assert server.seen == []


def test_it_stops_in_the_middle(transfer, works, server, monkeypatch):
    """Each report asks whether to go on."""
    monkeypatch.setattr("handlers.work.transfers._REPORT", 0.0)
    reports = []

    def as_json(progress):
        reports.append(progress.done)
        if len(reports) == 2:
            stop_work("t")
        return {}

    monkeypatch.setattr(Progress, "as_json", as_json)

    work = transfer()

    assert work.state == "cancelled"
    assert "goods.bin.part" in leftovers(works)


def test_a_lost_link_stops_a_transfer(transfer, monkeypatch, go):
    work = transfer(run=False)
    Work.objects.update(conditions=["CONNECTED"])
    monkeypatch.setattr("handlers.work.transfers._REPORT", 0.0)
    monkeypatch.setattr(Progress, "as_json", lambda _: lacks("CONNECTED") or {})

    assert go(work).state == "enqueued"
    assert work.reason == "Stopped: CONNECTED was lost."


@pytest.mark.parametrize(
    ("progress", "left"),
    [
        (Progress(50, 100, 10), 5.0),
        (Progress(50, None, 10), None),
        (Progress(50, 100, 0), None),
        (Progress(120, 100, 10), 0.0),
    ],
)
def test_the_time_left_is_told_where_it_is_known(progress, left):
    assert progress.left == left


def test_redirects_are_followed_by_the_guard(transfer, settings):
    settings.WORKFLOWS = {"HTTP_ALLOWED_HOSTS": []}

    assert "which is not public" in transfer().reason
