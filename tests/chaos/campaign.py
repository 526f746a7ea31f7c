"""One campaign: processes, a load, faults at random moments, and a check."""

import json
import tempfile
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from shutil import rmtree
from time import monotonic

from tests.chaos.checking import (
    QUEUE,
    SLACK,
    Execution,
    Found,
    Job,
    Line,
    check,
    hits_of,
    was_unlucky,
)
from tests.chaos.crew import Crew
from tests.chaos.faults import Faults
from tests.chaos.recipes import ALL, RECIPES
from tests.chaos.takeover import Takeovers
from tests.processes.waiting import PAUSE, eventually
from workflows.poller import rest

#: The lease of a campaign in seconds, and how long a graceful stop may take.
LEASE, GRACE = 3, 10
#: Seconds that a cluster which lost a process may take besides, on a busy machine.
LENIENCY = 5
UNFINISHED = (
    "SELECT count(*) FROM workflows_execution "
    "WHERE status IN ('queued', 'running', 'waiting')"
)


@dataclass
class Plan:
    """What a campaign does, and for how long."""

    seed: int
    recipes: tuple[str, ...] = tuple(RECIPES)
    #: Faults done before it may end; the load may end earlier.
    faults: int = 6
    #: How many of each kind instead, if the dice are not to say.
    quota: dict[str, int] | None = None
    #: The shortest and the longest pause between two of them, in seconds.
    pause: tuple[float, float] = (0.3, 1.2)
    #: Executions a second, and when there are enough of them.
    rate: int = 40
    most: int = 10**9
    #: Seconds after which no further fault is done.
    limit: float = 120.0


@dataclass
class Report:
    """How a campaign went."""

    faults: list[str]
    struck: list[tuple[str, str]]
    executions: int
    seconds: float
    takeovers: Takeovers
    #: Ends of processes: name and exit code, with how often.
    ends: dict[tuple[str, int], int] = field(default_factory=dict)
    #: Innocents that look like poison, since three faults hit them.
    unlucky: int = 0
    statuses: dict[str, int] = field(default_factory=dict)


class Site:
    """A database on a server, a folder, and the crew that works there."""

    def __init__(self, server, template="", broker=None, **variables):
        self.folder = Path(tempfile.mkdtemp(prefix="chaos-site-"))
        self.server = server
        self.broker = broker
        self.name = f"chaos_{self.folder.name[-8:].lower()}"
        server.copy(template, self.name)
        if broker:
            variables |= {"REDIS_URL": broker.address, "QUEUE": self.name}
        self.crew = Crew(
            self.folder,
            DATABASE_URL=server.url(self.name),
            WORKFLOWS_LEASE=str(LEASE),
            WORKFLOWS_DEAF_AFTER="2",
            **variables,
        )
        if not template:
            self.crew.order("migrate", "--run-syncdb", "-v0")
        self.versions = {}

    def prepare(self, recipes):
        self.versions = self.crew.order("chaosprepare", value=list(recipes))

    def rows(self, sql):
        return self.server.run(sql, self.name)

    def unfinished(self):
        return self.rows(UNFINISHED)[0][0]

    def messages(self):
        """Count the messages that wait, where the database carries them.

        The plain broker keeps, locked for hours, what was taken by the dead.
        """
        free = "django_q_ormq.lock <= CURRENT_TIMESTAMP"
        return self.rows(f"SELECT count(*) FROM django_q_ormq WHERE {free}")[0][0]  # noqa: S608 - our own words

    def journal(self):
        """Give what the world outside saw, as it was written."""
        return [Line(**line) for line in self._lines("journal")]

    def _lines(self, name):
        path = self.folder / name
        if not path.exists():
            return []
        rows = [json.loads(line) for line in path.read_text().splitlines()]
        return [
            {k: v for k, v in row.items() if k != "what"} if name == "journal" else row
            for row in rows
        ]

    def found(self, owed):
        """Collect what is there, for the check."""
        dump = self.crew.order("chaosdump")
        return Found(
            asked=[tuple(pair) for pair in self._lines("asked")],
            owed={name: [_moment(each) for each in owed[name]] for name in owed},
            executions=[_execution(*row) for row in dump["executions"]],
            jobs=[Job(*row) for row in dump["jobs"]],
            ledger=[tuple(row) for row in dump["ledger"]],
            journal=self.journal(),
            messages=dump["messages"],
        )

    def forget(self):
        """Keep the database alone."""
        rmtree(self.folder, ignore_errors=True)

    def close(self):
        self.crew.close()
        self.server.drop(self.name)
        self.forget()


def _execution(*columns):
    execution = Execution(*columns)
    moment = execution.planned_at
    return replace(execution, planned_at=moment and _moment(moment))


def _moment(text):
    return datetime.fromisoformat(text).isoformat()


class Campaign:
    """Runs a plan on a site."""

    def __init__(self, site, plan, say=lambda text: None):
        self.say = say
        self.site, self.plan = site, plan
        self.crew = site.crew
        self.takeovers = Takeovers(site.server, site.name)
        self.faults = Faults(
            self.crew,
            site.server,
            site.name,
            plan.seed,
            broker=site.broker,
            lease=LEASE,
        )
        self.faults.quota = plan.quota
        self.faults.on_strike = self.takeovers.mourn
        self.struck_at = 0.0
        self.conduct = []

    def run(self):
        begun = monotonic()
        self.site.prepare(self.plan.recipes)
        self.say("prepared")
        self._crew()
        self.crew.start()
        self.say("started")
        before = self._connections()
        self.crew.start_load(
            versions=self.site.versions,
            rate=self.plan.rate,
            most=self.plan.most,
            seed=self.plan.seed,
        )
        eventually((self.site.folder / "asked").exists, "the load began", 30)
        self.say("the load began")
        self._strike_all()
        self.say("the last fault is done")
        found = self._settle(before)
        return Report(
            faults=check(found),
            struck=self.faults.struck,
            executions=len(found.executions),
            seconds=monotonic() - begun,
            takeovers=self.takeovers,
            ends=dict(self.crew.ends),
            unlucky=sum(
                was_unlucky(each, hits_of(found, each))
                for each in found.executions
                if not ALL[each.recipe].is_poison
            ),
            statuses=_count(found),
        )

    def _crew(self):
        self.crew.add("cluster1", "runcluster")
        self.crew.add("cluster2", "runcluster", "--no-scheduler")
        self.crew.add("scheduler1", "runscheduler")

    def _strike_all(self):
        dice = self.faults.random
        end = monotonic() + self.plan.limit
        while monotonic() < end and not self._is_enough():
            if monotonic() >= self.struck_at and not self._are_struck():
                self.faults.strike()
                self.struck_at = monotonic() + dice.uniform(*self.plan.pause)
            self._tick()
        self.faults.calm()

    def _are_struck(self):
        return self.faults.are_done(self.plan.faults)

    def _is_enough(self):
        loaded = self.plan.most == 10**9 or self.crew.load.poll() is not None
        return self._are_struck() and loaded

    def _tick(self):
        self.crew.tick()
        self.faults.tick()
        self.takeovers.tick()
        rest(PAUSE)

    def _await(self, condition, what, seconds, left=lambda: 0):
        """Wait while the supervision goes on; note it if it does not happen.

        The time begins anew whenever less is `left`: a busy machine is only slow.
        """
        least, end = left(), monotonic() + seconds
        while not condition():
            if (now_left := left()) < least:
                least, end = now_left, monotonic() + seconds
            if monotonic() > end:
                said = f"For {seconds} s it did not happen that {what}"
                self.conduct.append(f"{said}: {self._evidence()}")
                return
            self._tick()

    def _evidence(self):
        """Tell who has what, for whoever reads the report."""
        owners = "SELECT status, owner, count(*) FROM workflows_execution "
        return {
            "executions": self.site.rows(f"{owners}GROUP BY status, owner"),
            "workers": self.site.rows("SELECT id, kind, pid FROM workflows_worker"),
            "messages": self.site.rows("SELECT count(*) FROM django_q_ormq"),
            "roles": [member.roles() for member in self.crew.clusters],
        }

    def _settle(self, before):
        """Let all come to rest, stop everybody, and collect."""
        (self.site.folder / "enough").touch()
        self._await(lambda: self.crew.load.poll() is not None, "the load ended", 60)
        if self.crew.load.poll():
            self.conduct.append("The load failed; see its log.")
        self.say("the load ended")
        # Whoever was killed last is back, and schedules have caught up.
        calm_at = monotonic() + 1.5
        self._await(
            lambda: monotonic() > calm_at and self._is_complete(), "all live", 60
        )
        self.say("all live")
        owed = self.crew.order("chaosfinish")
        self.say("schedules are settled")
        unfinished = self.site.unfinished
        self._await(lambda: not unfinished(), "more executions ended", 30, unfinished)
        self.say("all executions ended")
        messages = self.site.messages
        self._await(lambda: messages() <= QUEUE, "more messages went", 30, messages)
        # What outside nodes used is closed a moment later.
        most = before + SLACK
        self._await(lambda: self._connections() <= most, "connections closed", 10)
        after = self._connections()
        self.conduct += self.crew.stop(GRACE + LENIENCY)
        self.say("everybody stopped")
        return self._collected(owed, (before, after))

    def _collected(self, owed, connections):
        found = self.site.found(owed)
        found.connections = connections
        found.hits = dict(self.takeovers.hits)
        found.blind = self.takeovers.blind
        found.orphans = [" ".join(each.cmdline()) for each in self.crew.left()]
        odd = self.crew.odd_ends()
        found.conduct = [
            *self.conduct,
            *(f"{n} times ended: {e}" for e, n in odd.items()),
        ]
        return found

    def _connections(self):
        return self.site.server.connections(self.site.name)

    def _is_complete(self):
        return all(
            m.is_up and (m not in self.crew.clusters or len(m.roles()) == 4)
            for m in self.crew.members
        )


def _count(found):
    counted = {}
    for execution in found.executions:
        counted[execution.status] = counted.get(execution.status, 0) + 1
    return counted
