"""Runs of peers: a private database, a bounded time, and nothing left behind."""

import json
import os
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

from benchmarks.peers.lineup import ROOT, Peer

SERVER = "postgres://postgres@127.0.0.1:5432/peers"


class PeerFailed(Exception):
    """A peer that gave no figure."""

    def __init__(self, peer: Peer, reason: str) -> None:
        super().__init__(f"{peer.name} gave no figure: {reason}")


class Server:
    """The PostgreSQL server on which each run gets a database of its own."""

    def __init__(self, url: str) -> None:
        self._url = urlsplit(url)
        self._name = f"{self._url.path.strip('/') or 'peers'}_{os.getpid()}_race"

    def fresh(self) -> str:
        self.drop()
        self._administer(f'CREATE DATABASE "{self._name}"')
        return self._at(self._name)

    def drop(self) -> None:
        self._administer(f'DROP DATABASE IF EXISTS "{self._name}" WITH (FORCE)')

    def _administer(self, sql: str) -> None:
        with psycopg.connect(self._at("postgres"), autocommit=True) as administrator:
            administrator.execute(sql.encode())

    def _at(self, name: str) -> str:
        return self._url._replace(scheme="postgresql", path=f"/{name}").geturl()


def server_url() -> str:
    """Give the server of DATABASE_URL, or the usual one where that is another kind."""
    given = os.environ.get("DATABASE_URL", "")
    return given if given.startswith("postgres") else SERVER


def run(peer: Peer, url: str, count: int, seconds: float) -> dict[str, Any]:
    """Let it run once; give what it printed."""
    if reason := peer.missing():
        raise PeerFailed(peer, reason)
    with tempfile.TemporaryDirectory(
        prefix="peer-", ignore_cleanup_errors=True
    ) as folder:
        process = _started(peer, url, Path(folder), count)
        try:
            return _printed(peer, process, Path(folder), seconds)
        finally:
            _end_group(process)


def _started(peer: Peer, url: str, folder: Path, count: int) -> subprocess.Popen[bytes]:
    kept = {"PATH", "HOME", "LANG"}
    variables = {name: os.environ[name] for name in kept if name in os.environ}
    variables |= {"DATABASE_URL": url, "MARKS": str(folder), **dict(peer.variables)}
    return subprocess.Popen(
        peer.run(count),
        env=variables,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def _printed(
    peer: Peer, process: subprocess.Popen[bytes], folder: Path, seconds: float
) -> dict[str, Any]:
    """Give what it printed last; raise `PeerFailed` if it failed or took too long."""
    try:
        output, complaint = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        reason = f"it did not end within {seconds:.0f} s. {_reason(b'', folder)}"
        raise PeerFailed(peer, reason) from None
    lines = output.decode().splitlines()
    if process.returncode or not lines:
        raise PeerFailed(peer, _reason(complaint, folder))
    return dict(json.loads(lines[-1]))


def _reason(complaint: bytes, folder: Path) -> str:
    log = folder / "log"
    words = complaint + (log.read_bytes() if log.exists() else b"")
    return words.decode(errors="replace").strip()[-400:] or "it said nothing."


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """End the leader and all that it started; its group has its id."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    finally:
        process.communicate()
