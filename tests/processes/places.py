"""Databases of their own for the processes of a test; read without Django."""

import os
import shutil
import sqlite3
from contextlib import closing
from urllib.parse import urlsplit

import psycopg

from tests.everywhere import SERVERS

POSTGRESQL = next(server for server in SERVERS if server.name == "PostgreSQL")


class SqlitePlace:
    """One migrated file, copied for each test."""

    def __init__(self, folder, migrate):
        self._template = folder / "template.sqlite3"
        migrate(f"sqlite:///{self._template}")
        with closing(sqlite3.connect(self._template)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")

    def fresh(self, folder):
        self.path = folder / "test.sqlite3"
        shutil.copy(self._template, self.path)
        return f"sqlite:///{self.path}"

    def rows(self, sql):
        with closing(sqlite3.connect(self.path, timeout=20)) as connection:
            return connection.execute(sql).fetchall()

    def forget(self):
        """Leave the file to pytest."""

    close = forget


class PostgresqlPlace:
    """One migrated database, the template of one for each test."""

    def __init__(self, folder, migrate):
        self._template = f"punctual_proc_{os.getpid()}"
        self._administer(f"CREATE DATABASE {self._template}")
        migrate(self._url(self._template))

    def fresh(self, folder):
        self._name = f"{self._template}_test"
        self._administer(f"CREATE DATABASE {self._name} TEMPLATE {self._template}")
        return self._url(self._name)

    def rows(self, sql):
        with psycopg.connect(self._url(self._name)) as connection:
            return connection.execute(sql).fetchall()

    def forget(self):
        self._administer(f"DROP DATABASE {self._name} WITH (FORCE)")

    def close(self):
        self._administer(f"DROP DATABASE {self._template} WITH (FORCE)")

    def _url(self, name):
        return urlsplit(POSTGRESQL.url)._replace(path=f"/{name}").geturl()

    def _administer(self, sql):
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            connection.execute(sql)
