"""Who takes part, and how each is started."""

import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
ENVIRONMENT = ROOT / "var" / "peers"
RESTATE = ENVIRONMENT / "node_modules" / ".bin" / "restate-server"


@dataclass(frozen=True)
class Peer:
    """An engine, what of it survives a crash, and its command."""

    name: str
    durable: str
    command: tuple[str, ...]
    #: What its processes find in the environment.
    variables: tuple[tuple[str, str], ...] = ()
    #: Workflows, in relation to those asked for: all shall take seconds.
    part: float = 1

    def missing(self) -> str:
        """Say what it lacks; nothing if it can run."""
        there = Path(self.command[0]).exists()
        return "" if there else "`make bench-peers` installs it"

    def run(self, count: int) -> list[str]:
        return [*self.command, "run", str(max(1, round(count * self.part)))]


def _script(name: str) -> tuple[str, ...]:
    return str(ENVIRONMENT / "bin" / "python"), str(HERE / f"run_{name}.py")


_OURS = (sys.executable, "-m", "benchmarks.peers.ours")
_PATH = (("PEER_RESTATE", str(RESTATE)),)
_RAW, _SCHEDULER = _script("raw"), _script("apscheduler")
_MARK, _OUTSIDE_MARK = (("PEER_NODE", "mark"),), (("PEER_NODE", "outside_mark"),)
_GROUP_1, _GROUP_100 = (("PEER_GROUP", "1"),), (("PEER_GROUP", "100"),)

# fmt: off
PEERS = (
    Peer("Punctual, nodes without effects", "every step", _OURS, _MARK, 3),
    Peer("Punctual, outside nodes", "each step alone", _OURS, _OUTSIDE_MARK),
    Peer("DBOS, tuned", "every step", _script("dbos"), part=0.5),
    Peer("Restate", "every step", _script("restate"), _PATH),
    Peer("Absurd, tuned", "every step", _script("absurd"), part=0.5),
    Peer("PgQueuer", "job chain", _script("pgqueuer"), part=0.5),
    Peer("Procrastinate", "job chain", _script("procrastinate"), part=0.5),
    Peer("Celery with Redis", "queue only", _script("celery"), part=0.5),
    Peer("django-q2, ORM broker", "queue only", _script("djangoq"), part=0.2),
    Peer("raw SQL, a commit for each step", "every step", _RAW, _GROUP_1),
    Peer("raw SQL, commits of 100", "every step", _RAW, _GROUP_100, 5),
)
# fmt: on
#: Whose lateness `benchmarks.lateness` compares.
SCHEDULERS = (
    Peer("APScheduler, memory", "nothing", _SCHEDULER, (("PEER_STORE", "memory"),)),
    Peer("APScheduler, PostgreSQL", "job", _SCHEDULER, (("PEER_STORE", "database"),)),
)
#: Not in the race, and why: said in the output.
ABSENT = (
    "Not in the race: Oban for Python, which needs Python 3.12; this is Python "
    f"{sys.version_info.major}.{sys.version_info.minor}."
)
