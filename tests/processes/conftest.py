"""Sites for tests: a database, a folder, and real processes that end with the test."""

import json
import os
import socket
import subprocess
import sys
import uuid
from pathlib import Path

import psutil
import pytest
import redis

from tests.processes.places import (
    MARIADB,
    POSTGRESQL,
    MariadbPlace,
    PostgresqlPlace,
    SqlitePlace,
)
from tests.processes.waiting import eventually, family

ROOT = Path(__file__).resolve().parent.parent.parent
REDIS_URL = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/9")


def missing(reason):
    """Skip, or fail where all services have to be there."""
    if os.environ.get("REQUIRE_SERVICES") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def command(*arguments):
    return [sys.executable, str(ROOT / "manage.py"), *arguments]


def environment(**values):
    kept = {"PATH", "HOME", "LANG", "SECRET_KEY"}
    settings = {
        "DJANGO_SETTINGS_MODULE": "tests.processes.settings",
        "PYTHONPATH": str(ROOT),
        "WORKERS": "2",
        "DEBUG": "1",
    }
    return {k: v for k, v in os.environ.items() if k in kept} | settings | values


def migrated(place_class, tmp_path_factory):
    folder = tmp_path_factory.mktemp("template")

    def migrate(url):
        variables = environment(DATABASE_URL=url, VAR_DIR=str(folder))
        subprocess.run(command("migrate", "-v0"), env=variables, check=True)

    place = place_class(folder, migrate)
    yield place
    place.close()


@pytest.fixture(scope="session")
def sqlite_place(tmp_path_factory):
    yield from migrated(SqlitePlace, tmp_path_factory)


@pytest.fixture(scope="session")
def postgresql_place(tmp_path_factory):
    if reason := POSTGRESQL.missing():
        missing(f"PostgreSQL: {reason}")
    yield from migrated(PostgresqlPlace, tmp_path_factory)


@pytest.fixture(scope="session")
def mariadb_place(tmp_path_factory):
    if reason := MARIADB.missing():
        missing(f"MariaDB: {reason}")
    yield from migrated(MariadbPlace, tmp_path_factory)


class Site:
    """A database and the processes that work on it."""

    def __init__(self, place, folder):
        self.place = place
        self.folder = folder
        self.variables = environment(
            DATABASE_URL=place.fresh(folder), VAR_DIR=str(folder)
        )
        self.spawned = []

    def configure(self, **values):
        self.variables |= values

    def prepare(self, nodes, **values):
        """Create a workflow, with a schedule if given, and start it `starts` times."""
        text = json.dumps({"nodes": nodes, **values})
        subprocess.run(
            command("prepare"), input=text, text=True, env=self.variables, check=True
        )

    def spawn(self, *arguments, **values):
        """Start a command in its own session; its output goes to a file."""
        log = self.folder / f"{len(self.spawned)}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command(*arguments),
                env=self.variables | values,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.spawned.append(process)
        return Running(process, log)

    def statuses(self):
        """Count the executions by status."""
        return dict(
            self.place.rows(
                "SELECT status, count(*) FROM workflows_execution GROUP BY status"
            )
        )

    def await_all(self, count, seconds=20):
        """Wait until so many executions have succeeded, and all have."""
        what = f"all {count} executions succeeded"
        eventually(lambda: self.is_done(count), what, seconds)

    def is_done(self, count):
        return self.statuses() == {"succeeded": count}

    def count(self, table):
        return self.place.rows(f"SELECT count(*) FROM {table}")[0][0]  # noqa: S608

    def journal(self):
        """Give the lines that slow nodes wrote: execution, node, process."""
        path = self.folder / "journal"
        lines = path.read_text().splitlines() if path.exists() else []
        return [tuple(line.split()) for line in lines]

    def close(self):
        for process in self.spawned:
            for each in _descendants(process.pid):
                each.kill()
            if process.poll() is None:
                process.kill()
            process.wait()
        self.place.forget()


class Running:
    """A command that was spawned."""

    def __init__(self, process, log):
        self.process = process
        self.pid = process.pid
        self._log = log

    @property
    def output(self):
        return self._log.read_text(errors="replace")

    def says(self, text, seconds=20):
        """Wait until it has printed `text`."""
        what = f"'{text}' was printed"
        eventually(lambda: text in self.output, what, seconds, lambda: self.output)

    def send(self, number, *, group=False):
        (os.killpg if group else os.kill)(self.pid, number)

    def ends(self, seconds):
        """Wait for its end; give its exit code."""

        def has_ended():
            return self.process.poll() is not None

        eventually(has_ended, "it ended", seconds, lambda: self.output)
        return self.process.returncode

    def family(self):
        return family(self.pid)

    def sentinel(self):
        """Find the process of django-q2 that watches over the others."""
        return psutil.Process(self.pid).children()[0]

    def workers(self):
        """Find the two workers; they are born before monitor and pusher."""
        return family(self.sentinel().pid)[1:3]


def _descendants(pid):
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request, tmp_path):
    """Make a site on each database."""
    site = Site(request.getfixturevalue(f"{request.param}_place"), tmp_path)
    yield site
    site.close()


@pytest.fixture
def small_site(sqlite_place, tmp_path):
    """Make a site on SQLite, where the database makes no difference."""
    site = Site(sqlite_place, tmp_path)
    yield site
    site.close()


@pytest.fixture
def redis_queue():
    """Give the variables for a queue of its own on a Redis server."""
    queue = f"test-{uuid.uuid4().hex}"
    with redis.from_url(REDIS_URL) as client:
        try:
            client.ping()
        except redis.RedisError as error:
            missing(f"Redis: nothing answers at {REDIS_URL} ({error})")
        yield {"REDIS_URL": REDIS_URL, "QUEUE": queue}
        client.delete(*client.keys(f"django_q:{queue}*"), "none")


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def start_cluster():
    """Start a cluster on a site and wait until its workers are known."""

    def start(site, *arguments, workers=2):
        cluster = site.spawn("runcluster", *arguments)
        cluster.says("The cluster is running.")
        sql = "SELECT count(*) FROM workflows_worker WHERE kind = 'worker'"
        eventually(lambda: site.place.rows(sql)[0][0] >= workers, "workers are known")
        return cluster

    return start
