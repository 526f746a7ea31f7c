"""How fast others are at the same three durable steps, in rounds with ours.

    python -m benchmarks.peers [--database postgres://...] [--count 3000] [--rounds 3]

Each engine runs once in each round, so that what disturbs the machine hits all alike.
Each has a database of its own, two worker processes and a bounded time. One that fails
is named and does not stop the others.
"""

import argparse
import sys
from statistics import median

from benchmarks.figures import markdown, written
from benchmarks.peers import race
from benchmarks.peers.lineup import ABSENT, PEERS, Peer
from benchmarks.peers.running import PeerFailed, Server, run, server_url
from benchmarks.waiting import clean_up_on_sigterm

OURS, DBOS = PEERS[0].name, "DBOS, tuned"


def rate(peer: Peer, url: str, options: argparse.Namespace) -> float:
    """Let it run once; give workflows per second."""
    output = run(peer, url, options.count, options.seconds)
    return float(output["marks"] / race.STEPS / output["seconds"])


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
                    rates[peer.name].append(rate(peer, url, options))
                except PeerFailed as error:
                    print(error, flush=True)
                    continue
                last = written(rates[peer.name][-1], "workflows/s")
                print(f"round {number + 1}: {peer.name}: {last}", flush=True)
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
    made.add_argument("peers", nargs="*", metavar="PEER", help="words of their names")
    made.add_argument("--database", default=server_url(), help="a PostgreSQL server")
    made.add_argument("--count", type=int, default=3_000, help="workflows of each")
    made.add_argument("--rounds", type=int, default=3)
    made.add_argument("--seconds", type=float, default=120, help="the longest run")
    return made


def main() -> int:
    options = parser().parse_args()
    chosen = [peer for peer in PEERS if _is_meant(peer, options.peers)]
    if not chosen:
        parser().error("No engine has such a name.")
    clean_up_on_sigterm()
    return measure(chosen, options)


def _is_meant(peer: Peer, words: list[str]) -> bool:
    return not words or any(word.lower() in peer.name.lower() for word in words)


if __name__ == "__main__":
    sys.exit(main())
