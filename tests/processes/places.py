"""Databases of their own for the processes of a test; read without Django."""

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from urllib.parse import urlsplit

import psycopg

from tests.everywhere import SERVERS

with suppress(ImportError):
    # Without the driver there is no such place; `missing` says so.
    import MySQLdb

POSTGRESQL, MARIADB = SERVERS


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


class MariadbPlace:
    """One migrated database, and a copy of its tables for each test."""

    def __init__(self, folder, migrate):
        self._template = f"punctual_proc_{os.getpid()}"
        self._administer(f"CREATE DATABASE {self._template} CHARACTER SET utf8mb4")
        migrate(self._url(self._template))
        self._tables = self._administer(
            f"USE {self._template}", "SHOW FULL TABLES WHERE table_type = 'BASE TABLE'"
        )

    def fresh(self, folder):
        """Copy tables with their constraints, whichever refers to which."""
        self._name = f"{self._template}_test"
        self._administer(f"CREATE DATABASE {self._name} CHARACTER SET utf8mb4")
        statements = ["SET foreign_key_checks = 0", f"USE {self._name}"]
        for table, _ in self._tables:
            source = f"{self._template}.{table}"
            [(_, creation)] = self._administer(f"SHOW CREATE TABLE {source}")
            copy = f"INSERT INTO {table} SELECT * FROM {source}"  # noqa: S608
            statements += [creation, copy]
        self._administer(*statements)
        return self._url(self._name)

    def rows(self, sql):
        return self._administer(f"USE {self._name}", sql)

    def forget(self):
        self._administer(f"DROP DATABASE {self._name}")

    def close(self):
        self._administer(f"DROP DATABASE {self._template}")

    def _url(self, name):
        return urlsplit(MARIADB.url)._replace(path=f"/{name}").geturl()

    def _administer(self, *statements):
        """Run the statements on one connection; give the rows of the last."""
        address = urlsplit(MARIADB.url)
        values = {
            "host": address.hostname,
            "port": address.port or 3306,
            "user": address.username or "",
            "password": address.password or "",
        }
        with closing(MySQLdb.connect(**values, autocommit=True)) as connection:
            cursor = connection.cursor()
            for statement in statements:
                cursor.execute(statement)
            return list(cursor.fetchall())
