"""How long it takes until somebody else has what a killed or frozen process had."""

from collections import Counter
from dataclasses import dataclass
from statistics import median
from time import monotonic


@dataclass(frozen=True)
class Loss:
    """An execution whose worker was struck."""

    token: int
    since: float
    how: str


class Takeovers:
    """Follows the executions of the struck until their token has changed."""

    def __init__(self, server, name):
        self.server = server
        self.name = name
        self.followed = {}
        #: Seconds until an execution was taken from its worker, by how that was struck.
        self.seconds = {"kill": [], "freeze": []}
        #: How often the worker of each execution was struck.
        self.hits = Counter()
        #: Strikes whose executions nobody could name: the database did not answer.
        self.blind = 0

    def _ask(self, sql):
        try:
            return self.server.run(sql, self.name)
        except Exception:  # noqa: BLE001 - each database has its own, and may be down
            return None

    def mourn(self, pids, how="kill", known=frozenset()):
        """Remember what these processes have, right before they are struck.

        And right after, but for what is `known`: what they took in between.
        """
        listed = ", ".join(str(pid) for pid in pids)
        rows = self._ask(
            "SELECT id, token FROM workflows_execution WHERE status = 'running' AND "  # noqa: S608 - our own numbers
            f"owner IN (SELECT id FROM workflows_worker WHERE pid IN ({listed}))"
        )
        if rows is None:
            self.blind += not known
            return known
        rows = [(pk, token) for pk, token in rows if pk not in known]
        self.followed |= {pk: Loss(token, monotonic(), how) for pk, token in rows}
        self.hits.update(pk for pk, _ in rows)
        return known | {pk for pk, _ in rows}

    def tick(self):
        if not self.followed:
            return
        listed = ", ".join(str(pk) for pk in self.followed)
        rows = self._ask(
            f"SELECT id, token, status FROM workflows_execution WHERE id IN ({listed})"  # noqa: S608 - our own numbers
        )
        for pk, token, status in rows or ():
            loss = self.followed[pk]
            if token > loss.token:
                self.seconds[loss.how].append(monotonic() - loss.since)
            elif status == "running":
                continue
            # Otherwise it was committed in the moment before.
            del self.followed[pk]

    def of(self, how):
        """Give count, median and maximum of one kind, in seconds."""
        seconds = self.seconds[how]
        return len(seconds), median(seconds or [0.0]), max(seconds, default=0.0)
