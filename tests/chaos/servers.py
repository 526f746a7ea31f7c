"""Private servers that a campaign may stop and start: they end with the suite."""

import os
import pwd
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import redis

from tests.processes.waiting import eventually
from workflows.orphans import die_with

try:
    import MySQLdb
except ImportError:
    # Without a compiler there is no driver, and no campaign on MariaDB.
    MySQLdb = None


class Missing(Exception):
    """A program that a server needs is not on this machine."""


def program(name, *patterns):
    """Find a server's program on the path or where Debian hides it."""
    hidden = (str(each) for p in patterns for each in Path("/").glob(p))
    for each in filter(None, [*sorted(hidden, reverse=True), shutil.which(name)]):
        return each
    reason = f"the program {name} is not installed"
    raise Missing(reason)


def account(*names):
    """Choose whom a server runs as: servers refuse to be root."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    known = {each.pw_name: each for each in pwd.getpwall()}
    return next(known[name] for name in (*names, "nobody") if name in known)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A program on a free port, with a folder of its own."""

    #: Ends it at once and leaves its data as a crash would.
    crash = signal.SIGKILL

    def __init__(self, owner):
        self.owner = owner
        self.folder = Path(tempfile.mkdtemp(prefix="chaos-"))
        self.port = free_port()
        self.process = None
        if os.geteuid() == 0:
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)

    def _as_owner(self):
        if os.geteuid() != 0:
            return {}
        return {
            "user": self.owner.pw_uid,
            "group": self.owner.pw_gid,
            "extra_groups": [],
        }

    def make(self, *command):
        """Run a command that makes the data."""
        with (self.folder / "make.log").open("wb") as log:
            subprocess.run(
                command,
                check=True,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                **self._as_owner(),
            )

    def start(self):
        parent = os.getpid()
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,
                # The change of the user, which comes first, would clear it.
                preexec_fn=lambda: die_with(parent),  # noqa: PLW1509 - there is one thread
                **self._as_owner(),
            )
        eventually(self.answers, f"{type(self).__name__} answers", 30)

    def end(self, number):
        self.process.send_signal(number)
        self.process.wait(30)

    def answers(self):
        raise NotImplementedError

    def command(self):
        raise NotImplementedError

    def restart(self, *, crash=False):
        self.end(self.crash if crash else signal.SIGTERM)
        self.start()

    def close(self):
        if self.process and self.process.poll() is None:
            self.end(self.crash)
        shutil.rmtree(self.folder, ignore_errors=True)


class Postgresql(Server):
    """A PostgreSQL of its own; fsync is off, since no machine is going to crash."""

    #: Immediate: no checkpoint, recovery at the next start, no child left.
    crash = signal.SIGQUIT

    def __init__(self):
        binaries = Path(program("initdb", "usr/lib/postgresql/*/bin/initdb")).parent
        self.postgres = binaries / "postgres"
        super().__init__(account("postgres"))
        self.make(
            binaries / "initdb", "-D", "data", "-U", "chaos", "-A", "trust", "-N", "-E",
            "UTF8", "--no-locale",
        )  # fmt: skip
        self.start()

    def command(self):
        options = {
            "fsync": "off",
            "unix_socket_directories": "",
            "listen_addresses": "127.0.0.1",
            "max_connections": "200",
            # What waits longer for a lock gets an error, as with cautious admins.
            "lock_timeout": "700ms",
        }
        given = [word for k, v in options.items() for word in ("-c", f"{k}={v}")]
        return [self.postgres, "-D", "data", "-p", str(self.port), *given]

    def end(self, number):
        # Politely it would wait for all clients to leave.
        super().end(signal.SIGINT if number == signal.SIGTERM else number)

    def answers(self):
        try:
            self._connect("postgres").close()
        except psycopg.Error:
            return False
        return True

    def _connect(self, name):
        return psycopg.connect(self.url(name), autocommit=True, connect_timeout=3)

    def url(self, name):
        return f"postgres://chaos@127.0.0.1:{self.port}/{name}"

    def run(self, sql, name="postgres"):
        with closing(self._connect(name)) as connection:
            cursor = connection.execute(sql)
            return cursor.fetchall() if cursor.description else []

    def copy(self, template, name):
        self.run(f"CREATE DATABASE {name} TEMPLATE {template or 'template0'}")

    def drop(self, name):
        self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def connections(self, name):
        sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = '{}'"
        return self.run(sql.format(name))[0][0]

    def cut(self, name):
        """Drop the connections of everybody."""
        sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
        self.run(f"{sql}'{name}'")

    @contextmanager
    def locked(self, name):
        with closing(psycopg.connect(self.url(name))) as connection:
            connection.execute("LOCK TABLE workflows_execution IN EXCLUSIVE MODE")
            yield


class Mariadb(Server):
    """A MariaDB of its own."""

    def __init__(self):
        if MySQLdb is None:
            reason = "the Python package MySQLdb is not installed"
            raise Missing(reason)
        self.mariadbd = program("mariadbd", "usr/sbin/mariadbd")
        install = program("mariadb-install-db")
        super().__init__(account("mysql"))
        self.make(
            install, "--no-defaults", f"--datadir={self.folder}/data",
            "--auth-root-authentication-method=normal", "--skip-test-db",
            f"--user={self.owner.pw_name}",
        )  # fmt: skip
        self.start()

    def command(self):
        return [
            self.mariadbd,
            "--no-defaults",
            f"--datadir={self.folder}/data",
            f"--socket={self.folder}/socket",
            f"--port={self.port}",
            f"--user={self.owner.pw_name}",
            "--bind-address=127.0.0.1",
            "--skip-name-resolve",
            "--innodb-flush-log-at-trx-commit=2",
            "--innodb-lock-wait-timeout=1",
            "--lock-wait-timeout=1",
            "--max-connections=200",
        ]

    def answers(self):
        try:
            self._connect("").close()
        except MySQLdb.Error:
            return False
        return True

    def _connect(self, name):
        return MySQLdb.connect(
            host="127.0.0.1", port=self.port, user="root", db=name, autocommit=True,
            connect_timeout=3,
        )  # fmt: skip

    def url(self, name):
        return f"mysql://root@127.0.0.1:{self.port}/{name}"

    def run(self, sql, name=""):
        with closing(self._connect(name)) as connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()

    def copy(self, template, name):
        """Make a database; there are no templates, so that it is migrated anew."""
        self.run(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")

    def drop(self, name):
        self.run(f"DROP DATABASE {name}")

    def _clients(self, name):
        sql = "SELECT id FROM information_schema.processlist WHERE db = '{}'"
        return [row[0] for row in self.run(sql.format(name))]

    def connections(self, name):
        return len(self._clients(name))

    def cut(self, name):
        for each in self._clients(name):
            try:
                self.run(f"KILL {each}")
            except MySQLdb.OperationalError:
                # It has gone by itself.
                continue

    @contextmanager
    def locked(self, name):
        with closing(self._connect(name)) as connection:
            connection.query("LOCK TABLES workflows_execution WRITE")
            yield


class Sqlite:
    """A file: nothing to restart, but it may be locked."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="chaos-"))

    def url(self, name):
        return f"sqlite:///{self.folder}/{name}.sqlite3"

    def _connect(self, name):
        path = self.folder / f"{name}.sqlite3"
        return sqlite3.connect(path, timeout=3, isolation_level=None)

    def run(self, sql, name):
        with closing(self._connect(name)) as connection:
            return connection.execute(sql).fetchall()

    def copy(self, template, name):
        """Copy a migrated file."""
        if template:
            with closing(self._connect(template)) as source:
                with closing(self._connect(name)) as target:
                    source.backup(target)

    def drop(self, name):
        """Leave it: the folder goes as a whole."""

    def connections(self, name):
        return 0

    @contextmanager
    def locked(self, name):
        with closing(self._connect(name)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)


class Redis(Server):
    """A Redis of its own that keeps nothing."""

    def __init__(self):
        self.binary = program("redis-server")
        super().__init__(account("redis"))
        self.start()

    def command(self):
        port = str(self.port)
        return [self.binary, "--port", port, "--bind", "127.0.0.1", "--save", ""]

    @property
    def address(self):
        return f"redis://127.0.0.1:{self.port}/0"

    def answers(self):
        try:
            with redis.from_url(self.address) as client:
                return client.ping()
        except redis.RedisError:
            return False

    def flush(self):
        with redis.from_url(self.address) as client:
            client.flushall()
