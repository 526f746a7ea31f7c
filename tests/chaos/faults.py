"""What a campaign does to its processes and servers, one fault at a time."""

import random
import signal
from collections import Counter
from dataclasses import dataclass
from time import monotonic

import psutil

#: Who is told to die or to freeze, and how often compared with others.
VICTIMS = {
    "busy worker": 8,
    "worker": 4,
    "monitor": 1,
    "pusher": 1,
    "sentinel": 1,
    "cluster": 1,
    "scheduler": 1,
}


@dataclass
class Strike:
    """A fault that was done; `undo` ends it at `until`."""

    name: str
    until: float = 0.0
    undo: object = None


class Faults:
    """Does what the dice say, and remembers it."""

    def __init__(self, crew, server, name, seed, *, broker=None, lease=3.0):
        self.crew = crew
        self.server = server
        self.name = name
        self.random = random.Random(seed)
        self.broker = broker
        #: How many of each kind are to be done; if there is none, the dice say.
        self.quota = None
        self.lease = lease
        self.struck = []
        self.lasting = []
        #: Told of the processes that are about to be struck, by id, and how.
        self.on_strike = lambda pids, how, known=frozenset(): known

    def kinds(self):
        """List what can be done here, with weights."""
        kinds = {"kill": 10, "freeze": 2, "terminate": 1, "lock": 1, "fill": 1}
        if hasattr(self.server, "cut"):
            kinds |= {"cut": 2, "restart": 1, "crash": 1}
        if self.broker:
            kinds |= {"flush": 1, "restart_broker": 1}
        return kinds

    def strike(self):
        """Do one fault, if its victim is there."""
        kinds = self.kinds()
        if self.quota is not None:
            kinds = {kind: n for kind, n in self.left().items() if n > 0}
        kind = self.random.choices([*kinds], [*kinds.values()])[0]
        if done := getattr(self, f"_{kind}")():
            self.struck.append((kind, done))

    def left(self):
        """Tell how many of each kind are still to be done, where there is a quota."""
        done = Counter(kind for kind, _ in self.struck)
        known = self.kinds()
        return {k: n - done[k] for k, n in (self.quota or {}).items() if k in known}

    def are_done(self, at_least):
        if self.quota is None:
            return len(self.struck) >= at_least
        return not any(n > 0 for n in self.left().values())

    def tick(self):
        """End what has lasted long enough."""
        for strike in [s for s in self.lasting if monotonic() >= s.until]:
            self.lasting.remove(strike)
            strike.undo()

    def calm(self):
        """End everything that lasts."""
        for strike in self.lasting:
            strike.undo()
        self.lasting = []

    def _last(self, name, seconds, undo):
        self.lasting.append(Strike(name, monotonic() + seconds, undo))
        return name

    def _victim(self):
        """Choose a kind of process and one of it."""
        wanted = self.random.choices([*VICTIMS], [*VICTIMS.values()])[0]
        found = self.find(wanted)
        return (wanted, self.random.choice(found)) if found else (wanted, None)

    def find(self, wanted):
        """List the ids of the processes of a kind."""
        crew = self.crew
        if wanted == "scheduler":
            return [m.pid for m in crew.schedulers if m.is_up]
        clusters = [m for m in crew.clusters if m.is_up]
        if wanted == "cluster":
            return [m.pid for m in clusters]
        if wanted == "sentinel":
            return [s.pid for s in (m.sentinel() for m in clusters) if s]
        roles = {pid: role for m in clusters for pid, role in m.roles().items()}
        if wanted == "busy worker":
            return [pid for pid in self._busy() if pid in roles]
        return [pid for pid, role in roles.items() if role == wanted]

    def _busy(self):
        sql = (
            "SELECT DISTINCT w.pid FROM workflows_worker w JOIN workflows_execution e "
            "ON e.owner = w.id WHERE e.status = 'running'"
        )
        try:
            return [row[0] for row in self.server.run(sql, self.name)]
        except Exception:  # noqa: BLE001 - each database has its own, and may be down
            return []

    def kill(self, pid):
        """Kill a process; those that go with it are announced too."""
        try:
            process = psutil.Process(pid)
            pids = [each.pid for each in [process, *process.children(recursive=True)]]
            known = self.on_strike(pids, "kill")
            process.kill()
            self.on_strike(pids, "kill", known)
        except psutil.NoSuchProcess:
            return False
        return True

    def _kill(self):
        wanted, pid = self._victim()
        return wanted if pid and self.kill(pid) else None

    def freeze(self, pid, seconds):
        """Stop a process for longer than its lease."""
        try:
            process = psutil.Process(pid)
            self.on_strike([pid], "freeze")
            process.suspend()
        except psutil.NoSuchProcess:
            return None

        def wake():
            try:
                process.resume()
            except psutil.NoSuchProcess:
                return

        return self._last("freeze", seconds, wake)

    def _freeze(self):
        wanted, pid = self._victim()
        if pid is None or wanted == "cluster":
            return None
        seconds = self.lease + self.random.uniform(0.5, 2)
        return wanted if self.freeze(pid, seconds) else None

    def _terminate(self):
        member = self.random.choice(self.crew.members)
        if not member.is_up:
            return None
        member.send(signal.SIGTERM)
        return member.name.rstrip("0123456789")

    def _lock(self):
        """Hold the table of executions for longer than anybody waits."""
        lock = self.server.locked(self.name)
        try:
            lock.__enter__()
        except Exception:  # noqa: BLE001 - it was locked by others, and stays so
            return None

        def free():
            try:
                lock.__exit__(None, None, None)
            except Exception:  # noqa: BLE001 - a cut or a restart freed it already
                return

        return self._last("lock", self.random.uniform(1, 2.5), free)

    def _fill(self):
        """Let writes fail as on a full disk, at the door of the driver."""
        mark = self.crew.folder / "disk_full"
        mark.touch()
        return self._last("disk full", 1.0, lambda: mark.unlink(missing_ok=True))

    def _cut(self):
        self.server.cut(self.name)
        return "connections"

    def _restart(self):
        self.server.restart()
        return "database"

    def _crash(self):
        self.server.restart(crash=True)
        return "database"

    def _flush(self):
        self.broker.flush()
        return "redis"

    def _restart_broker(self):
        self.broker.restart(crash=True)
        return "redis"
