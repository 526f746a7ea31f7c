"""One fault on a calm system: who takes over, how soon, and what is left of poison."""

import os

import pytest

from tests.chaos.campaign import GRACE, LEASE, UNFINISHED
from tests.chaos.checking import check
from tests.chaos.faults import Faults
from tests.chaos.takeover import Takeovers
from tests.processes.waiting import eventually

pytestmark = [pytest.mark.chaos, pytest.mark.processes]

#: The others are for long runs: they take a minute each on a busy machine.
IS_LONG = os.environ.get("CHAOS") == "long"
DATABASES = ["postgresql", *(["mariadb", "sqlite"] if IS_LONG else [])]
FREEZES = [
    ("postgresql", "write"),
    *(
        [("postgresql", "call"), ("mariadb", "call"), ("mariadb", "write")]
        if IS_LONG
        else []
    ),
    *([("sqlite", "call")] if IS_LONG else []),
]
#: What a loaded machine may add to a promise, in seconds.
SLACK = 1.0


class Scene:
    """A site with two clusters at rest, and the means to strike one of them."""

    def __init__(self, site, *recipes):
        self.site, self.crew = site, site.crew
        site.prepare(recipes)
        self.crew.add("cluster1", "runcluster")
        self.crew.add("cluster2", "runcluster")
        self.crew.start()
        self.takeovers = Takeovers(site.server, site.name)
        self.faults = Faults(self.crew, site.server, site.name, 0)
        self.faults.on_strike = self.takeovers.mourn

    def start(self, count):
        """Have executions of all recipes started."""
        versions = self.site.versions
        self.crew.start_load(versions=versions, rate=count, most=count, seed=1)

    def ask(self, count):
        """Start executions, and go on when it is done."""
        self.start(count)
        assert self.crew.load.wait(30) == 0

    def begun(self, count=1):
        """Wait until so many nodes have begun; give the processes they are in."""
        lines = eventually(
            lambda: len(lines := self.site.journal()) >= count and lines, "it began"
        )
        return [line.pid for line in lines]

    def tick_until(self, condition, what, seconds=30.0):
        def look():
            self.crew.tick()
            self.faults.tick()
            self.takeovers.tick()
            return condition()

        eventually(look, what, seconds, lambda: self.site.rows(UNFINISHED))

    def taken_over(self):
        self.tick_until(lambda: not self.takeovers.followed, "all were taken over")

    def ended(self, seconds=30.0):
        self.tick_until(lambda: self.site.unfinished() == 0, "all ended", seconds)

    def faults_found(self):
        """Stop everybody; list what is wrong."""
        stopped = self.crew.stop(GRACE)
        found = self.site.found({})
        found.conduct = stopped
        found.hits = dict(self.takeovers.hits)
        return check(found)


@pytest.mark.parametrize("database", ["postgresql", "sqlite", *DATABASES[1:2]])
def test_a_killed_worker_is_followed_by_another(make_site, database):
    scene = Scene(make_site(database), "call")
    for _ in range(3):
        before = len(scene.site.journal())
        scene.start(3)

        scene.faults.kill(scene.begun(before + 1)[-1])

        scene.taken_over()
        assert scene.crew.load.wait(30) == 0
        scene.ended()
    assert scene.faults_found() == []
    count, middle, longest = scene.takeovers.of("kill")
    print(f"{database}: {count} taken over, {middle:.2f} s, {longest:.2f} s")  # noqa: T201
    assert count >= 3
    assert middle <= 0.5 + SLACK / 2
    assert longest <= 1.5 + SLACK


@pytest.mark.parametrize(("database", "recipe"), FREEZES)
def test_a_frozen_worker_loses_its_claim_and_writes_nothing(
    make_site, database, recipe
):
    scene = Scene(make_site(database), recipe)
    scene.ask(2)
    pid = scene.begun()[0]

    scene.faults.freeze(pid, LEASE + 7)

    scene.taken_over()
    count, _, longest = scene.takeovers.of("freeze")
    assert count
    assert longest <= LEASE + 5 + SLACK
    scene.tick_until(lambda: not scene.faults.lasting, "it woke up")
    scene.ended()
    assert scene.faults_found() == []


def test_poison_is_parked_and_the_rest_goes_on(make_site):
    recipes = ["quick", "ledger", "segfault", "exit", "called", "memory", "odd"]
    scene = Scene(make_site("postgresql"), *recipes)

    scene.ask(120)

    scene.ended(60)
    assert scene.faults_found() == []


def test_what_never_returns_holds_nobody_up_for_ever(make_site):
    site = make_site("postgresql", CHAOS_TIMEOUT="4")
    scene = Scene(site, "quick", "ledger", "endless", "hanging")

    scene.ask(60)

    scene.ended(90)
    assert scene.faults_found() == []


@pytest.mark.parametrize("database", DATABASES)
def test_a_stop_leaves_nothing_half_done(make_site, database):
    scene = Scene(make_site(database), "mixed", "slow", "held", "outside")
    scene.crew.start_load(versions=scene.site.versions, rate=40, most=80, seed=1)
    scene.begun(20)

    stopped = scene.crew.stop(GRACE)

    assert stopped == []
    assert scene.site.rows(HALF_DONE) == [(0,)] or scene.site.rows(HALF_DONE) == ((0,),)
    for member in scene.crew.members:
        assert member.process.returncode == 0
    assert scene.crew.load.wait(30) == 0
    scene.ended(60)
    assert scene.faults_found() == []
    assert {line.attempt for line in scene.site.journal()} == {1}


#: Executions that are in nobody's hands, but look as if they were.
HALF_DONE = (
    "SELECT (SELECT count(*) FROM workflows_execution WHERE status = 'running') + "
    "(SELECT count(*) FROM workflows_job WHERE status = 'running')"
)
