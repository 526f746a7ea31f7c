"""How fast others are at the same three durable steps, in rounds with ours.

    python -m benchmarks.peers [--database postgres://...] [--count 3000] [--rounds 3]

Each engine runs once in each round, so that what disturbs the machine hits all alike.
Each has a database of its own, two worker processes and a bounded time. One that fails
is named and does not stop the others.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

import psycopg

from benchmarks.figures import markdown, written
from benchmarks.peers import race
from benchmarks.peers.lineup import ABSENT, PEERS, ROOT, Peer

OURS, DBOS = PEERS[0].name, "DBOS, tuned"
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


def run(peer: Peer, url: str, count: int, seconds: float) -> float:
    """Let it run once; give workflows per second."""
    if reason := peer.missing():
        raise PeerFailed(peer, reason)
    with tempfile.TemporaryDirectory(
        prefix="peer-", ignore_cleanup_errors=True
    ) as here:
        output = _output(peer, Path(here), url, count, seconds)
    marks = int(output["marks"])
    return marks / race.STEPS / float(output["seconds"])


def _output(
    peer: Peer, folder: Path, url: str, count: int, seconds: float
) -> dict[str, float]:
    kept = {"PATH", "HOME", "LANG"}
    variables = {name: os.environ[name] for name in kept if name in os.environ}
    process = subprocess.Popen(
        peer.run(count),
        env=variables
        | {"DATABASE_URL": url, "MARKS": str(folder)}
        | dict(peer.variables),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        output, complaint = process.communicate(timeout=seconds)
        last = output.decode().strip().splitlines()[-1:]
        if process.returncode == 0 and last:
            return dict(json.loads(last[0]))
        raise PeerFailed(peer, _reason(complaint, folder))
    except subprocess.TimeoutExpired:
        reason = f"it did not end within {seconds:.0f} s. {_reason(b'', folder)}"
        raise PeerFailed(peer, reason) from None
    finally:
        _end_group(process)


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


def table(rates: dict[str, list[float]]) -> str:
    """Rank by the median, with the ratios to DBOS and to our first row."""
    middle = {name: median(values) for name, values in rates.items() if values}
    durable = {peer.name: peer.durable for peer in PEERS}
    rows = [
        (
            name,
            durable[name],
            written(rate),
            written(rate * race.STEPS),
            _ratio(rate, middle.get(DBOS)),
            _ratio(middle.get(OURS), rate),
            " / ".join(written(each) for each in rates[name]),
        )
        for name, rate in sorted(middle.items(), key=lambda each: -each[1])
    ]
    head = ["engine", "durable", "workflows/s", "steps/s"]
    return markdown([*head, "to DBOS", "Punctual to it", "rounds"], rows)


def _ratio(rate: float | None, base: float | None) -> str:
    return "" if not rate or not base else f"{written(rate / base)}x"


def measure(chosen: list[Peer], options: argparse.Namespace) -> int:
    server = Server(options.database)
    rates: dict[str, list[float]] = {peer.name: [] for peer in chosen}
    try:
        for number in range(options.rounds):
            for peer in chosen:
                url = server.fresh()
                try:
                    rate = run(peer, url, options.count, options.seconds)
                except PeerFailed as error:
                    print(error, flush=True)
                    continue
                rates[peer.name].append(rate)
                line = f"round {number + 1}: {peer.name}: {written(rate)} workflows/s"
                print(line, flush=True)
    finally:
        server.drop()
    print(f"\n{table(rates)}\n\n{ABSENT}")
    return 0 if all(rates.values()) else 1


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python -m benchmarks.peers",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    given = os.environ.get("DATABASE_URL", "")
    default = given if given.startswith("postgres") else SERVER
    made.add_argument("peers", nargs="*", metavar="PEER", help="words of their names")
    made.add_argument("--database", default=default, help="a PostgreSQL server")
    made.add_argument("--count", type=int, default=3_000, help="workflows of each")
    made.add_argument("--rounds", type=int, default=3)
    made.add_argument("--seconds", type=float, default=120, help="the longest run")
    return made


def main() -> int:
    options = parser().parse_args()
    chosen = [peer for peer in PEERS if _is_meant(peer, options.peers)]
    if not chosen:
        parser().error("No engine has such a name.")
    return measure(chosen, options)


def _is_meant(peer: Peer, words: list[str]) -> bool:
    return not words or any(word.lower() in peer.name.lower() for word in words)


if __name__ == "__main__":
    sys.exit(main())
