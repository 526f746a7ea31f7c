"""Databases of their own for benchmarks: made empty, and gone afterwards."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from django.core.management import call_command
from django.db import connection


class NoPlace(Exception):
    """A database that benchmarks cannot make anew."""

    def __init__(self, vendor: str) -> None:
        super().__init__(
            f"Benchmarks make databases of their own on PostgreSQL and SQLite, not on "
            f"'{vendor}'. Set DATABASE_URL to one of these."
        )


class Place:
    """A migrated template, and the database that is the default one at the moment.

    The parent's connection and DATABASE_URL, which children inherit, follow it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._made: list[str] = []
        self._template = self._name("template")
        self.create(self._template)
        call_command("migrate", verbosity=0)

    def fresh(self, name: str = "run") -> None:
        """Make an empty database and go there; a former one of this name is gone."""
        name = self._name(name)
        connection.close()
        self.drop(name)
        self.create(name, self._template)

    def back(self, name: str) -> bool:
        """Go to a database that was made before; say whether there is one."""
        is_there = self._name(name) in self._made
        if is_there:
            self.enter(self._name(name))
        return is_there

    def close(self) -> None:
        connection.close()
        for name in reversed(list(self._made)):
            self.drop(name)

    def enter(self, name: str) -> None:
        connection.close()
        connection.settings_dict["NAME"] = name
        os.environ["DATABASE_URL"] = self._url(name)

    def create(self, name: str, template: str = "") -> None:
        self._create(name, template)
        self._made.append(name)
        self.enter(name)

    def drop(self, name: str) -> None:
        if name in self._made:
            self._drop(name)
            self._made.remove(name)

    def settle(self) -> None:
        """Do what the database would do by itself some minutes after a mass of rows."""
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    def _name(self, name: str) -> str:
        raise NotImplementedError

    def _url(self, name: str) -> str:
        raise NotImplementedError

    def _create(self, name: str, template: str) -> None:
        raise NotImplementedError

    def _drop(self, name: str) -> None:
        raise NotImplementedError


class PostgresqlPlace(Place):
    """Databases on the server of DATABASE_URL, named after its database."""

    def __init__(self, folder: Path) -> None:
        self._server = urlsplit(os.environ["DATABASE_URL"])
        super().__init__(folder)

    def settle(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")

    def _name(self, name: str) -> str:
        given = self._server.path.strip("/") or "punctual"
        return f"{given}_{os.getpid()}_{name}"

    def _url(self, name: str) -> str:
        return self._server._replace(path=f"/{name}").geturl()

    def _create(self, name: str, template: str) -> None:
        like = f' TEMPLATE "{template}"' if template else ""
        self._administer(f'CREATE DATABASE "{name}"{like}')

    def _drop(self, name: str) -> None:
        self._administer(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _administer(self, sql: str) -> None:
        url = self._url("postgres").replace("postgres://", "postgresql://", 1)
        with psycopg.connect(url, autocommit=True) as administrator:
            administrator.execute(sql.encode())


class SqlitePlace(Place):
    """Files in a temporary folder."""

    def _name(self, name: str) -> str:
        return str(self.folder / f"{name}.sqlite3")

    def _url(self, name: str) -> str:
        return f"sqlite:///{name}"

    def _create(self, name: str, template: str) -> None:
        # Its last connection has been closed, so that all of it is in this one file.
        if template:
            shutil.copy(template, name)

    def _drop(self, name: str) -> None:
        # Beside the file are its logs, and a folder with the locks of its workers.
        for each in self.folder.glob(f"{Path(name).name}*"):
            if each.is_dir():
                shutil.rmtree(each)
            else:
                each.unlink()


@contextmanager
def place() -> Iterator[Place]:
    """Make the place on the server that DATABASE_URL names, or in a file."""
    places: dict[str, type[Place]] = {
        "postgresql": PostgresqlPlace,
        "sqlite": SqlitePlace,
    }
    if connection.vendor not in places:
        raise NoPlace(connection.vendor)
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        here = places[connection.vendor](Path(folder))
        try:
            yield here
        finally:
            here.close()
