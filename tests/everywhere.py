"""Run the tests on every database that is reachable; say which are not.

The whole suite runs on SQLite, but for the chaos that `make chaos` makes; the tests
that use a database run again on PostgreSQL and MariaDB. With REQUIRE_SERVICES=1 a
missing service is a failure. Arguments are passed to pytest.
"""

import importlib.util
import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Database:
    name: str
    url: str
    driver: str

    def missing(self) -> str:
        """Say what keeps the tests from this database; nothing if all is there."""
        if importlib.util.find_spec(self.driver) is None:
            return f"the Python package {self.driver} is not installed"
        address = urlsplit(self.url)
        place = (address.hostname or "127.0.0.1", address.port or 0)
        try:
            socket.create_connection(place, timeout=2).close()
        except OSError as error:
            return f"nothing answers at {place[0]}:{place[1]} ({error})"
        return ""


SERVERS = (
    Database(
        "PostgreSQL",
        os.environ.get(
            "TEST_POSTGRESQL_URL", "postgres://postgres@127.0.0.1:5432/test"
        ),
        "psycopg",
    ),
    Database(
        "MariaDB",
        os.environ.get("TEST_MARIADB_URL", "mysql://root@127.0.0.1:3306/test"),
        "MySQLdb",
    ),
)


#: Long tests may come last: who is idle takes what others have not begun.
ORDER = ("--dist", "worksteal", "-m", "not chaos")


def run(name: str, arguments: list[str], **environment: str) -> int:
    sys.stdout.write(f"\n=== Tests on {name}\n")
    sys.stdout.flush()
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", *ORDER, *arguments]
    return subprocess.call(command, env={**os.environ, **environment})


def main() -> int:
    arguments = sys.argv[1:]
    codes = [run("SQLite", arguments, DATABASE_URL="")]
    for server in SERVERS:
        if missing := server.missing():
            sys.stdout.write(f"\n=== Skipped {server.name}: {missing}.\n")
            codes.append(int(os.environ.get("REQUIRE_SERVICES", "") == "1"))
        else:
            only = {"DATABASE_URL": server.url, "ONLY_DATABASE_TESTS": "1"}
            codes.append(run(server.name, arguments, **only))
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
