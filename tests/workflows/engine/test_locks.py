"""Locks that end with their holder, on the database that the tests run on."""

import logging
import os
from datetime import timedelta
from multiprocessing import Pipe

import pytest
from django.db import connection

from tests.conftest import NOW
from tests.holders import held, kill, other_process
from tests.processes.waiting import eventually
from workflows.engine import Presence, locks, register
from workflows.engine.locks import FileLocks, Locks, PostgresqlLocks
from workflows.exceptions import CannotLock
from workflows.models import Worker

SECOND = timedelta(seconds=1)

on_postgresql = pytest.mark.skipif(
    "connection.vendor != 'postgresql'", reason="asks PostgreSQL"
)
#: Python 3.12 warns of forks beside threads; those here touch none.
forks = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


@pytest.fixture
def folder(tmp_path, settings):
    settings.WORKFLOWS = {"LOCK_FOLDER": str(tmp_path / "locks")}


@pytest.fixture
def holder(db, folder):
    """Lock as another process would, on a connection of its own."""
    holder = other_process()
    yield holder
    holder.release()


@pytest.fixture
def worker(db):
    return register(Worker.Kind.WORKER, NOW)


@pytest.fixture
def presence(worker, holder):
    return Presence(worker, holder)


def test_a_lock_that_is_taken_is_seen_as_held(holder):
    assert holder.take(7) is True
    assert held(7) == {7}


def test_a_lock_ends_with_its_holder(holder):
    holder.take(7)

    kill(holder, 7)

    assert holder.lost
    assert held(7) == set()


def test_each_worker_has_its_own_lock(holder, folder):
    holder.take(7)
    other = other_process()
    other.take(8)
    kill(other, 8)

    assert held(7, 8) == {7}


def test_ids_may_be_large(holder):
    holder.take(2**40 + 3)

    assert held(2**40 + 3) == {2**40 + 3}


@forks
def test_a_child_does_not_keep_the_lock_of_a_dead_parent(holder):
    holder.take(7)
    here, there = Pipe()
    child = os.fork()
    if child == 0:
        there.send("born")
        there.recv()
        os._exit(0)
    here.recv()

    kill(holder, 7)

    here.send("die")
    os.waitpid(child, 0)


@forks
def test_a_child_that_ends_leaves_the_lock_with_its_parent(holder):
    holder.take(7)
    child = os.fork()
    if child == 0:
        holder.release()
        os._exit(0)
    os.waitpid(child, 0)

    assert held(7) == {7}


def test_a_database_in_memory_has_no_place_for_locks(db):
    class Memory:
        vendor = "sqlite"

        def is_in_memory_db(self):
            return True

    with pytest.raises(CannotLock, match="its lease alone: a database in memory"):
        FileLocks(Memory()).take(7)


def test_an_unwritable_folder_is_named(db, settings):
    settings.WORKFLOWS = {"LOCK_FOLDER": "/proc/nowhere"}

    with pytest.raises(CannotLock, match="/proc/nowhere"):
        FileLocks(connection).take(7)


def test_a_missing_file_says_nothing_about_its_worker(db, folder):
    assert FileLocks(connection).held([7]) == {7}


def test_the_file_of_a_dead_worker_is_removed(db, folder, tmp_path):
    holder = FileLocks(connection)
    holder.take(7)
    holder.release()

    holder.forget(7)

    assert list((tmp_path / "locks").iterdir()) == []


def test_an_unknown_database_leaves_it_to_the_lease(db):
    unknown = Locks(connection)

    assert unknown.held([7]) == {7}
    with pytest.raises(CannotLock, match="has no locks for it"):
        unknown.take(7)


@on_postgresql
def test_a_pooler_between_is_noticed(holder, monkeypatch):
    monkeypatch.setattr(PostgresqlLocks, "_session", lambda self: -1)

    with pytest.raises(CannotLock, match="a pooler between this process and"):
        holder.take(7)
    eventually(lambda: not held(7), "the server freed the lock")


@on_postgresql
def test_the_server_notices_a_host_that_is_gone(holder):
    holder.take(7)

    with holder.connection.cursor() as cursor:
        cursor.execute("SHOW tcp_keepalives_idle")
        # A UNIX socket has none.
        assert cursor.fetchone()[0] in {"5", "0"}
    assert holder.connection.settings_dict["OPTIONS"]["keepalives_count"] == 3


def test_a_pool_is_not_used_for_the_lock(db, monkeypatch):
    own = connection.copy()
    own.settings_dict["OPTIONS"] = {"pool": True, "keepalives_idle": 60}
    monkeypatch.setattr(PostgresqlLocks, "_row", lambda self, sql: ())

    PostgresqlLocks(own)._configure()

    options = own.settings_dict["OPTIONS"]
    assert "pool" not in options
    assert options["keepalives_idle"] == 60


def test_a_beat_takes_the_lock_and_says_so(presence, worker):
    pause = presence.beat(NOW)

    worker.refresh_from_db()
    assert worker.has_lock
    assert not presence._locks.lost
    assert pause == SECOND * 10


def test_a_beat_renews_the_lease_in_time(presence, worker):
    presence.beat(NOW)
    presence.beat(NOW + SECOND * 9)
    worker.refresh_from_db()
    early = worker.lease_until

    presence.beat(NOW + SECOND * 10)
    worker.refresh_from_db()

    assert (early, worker.lease_until) == (NOW + SECOND * 30, NOW + SECOND * 40)


def test_a_lock_that_was_lost_is_taken_again_at_the_next_beat(presence, worker):
    presence.beat(NOW)
    kill(presence._locks, worker.pk)

    presence.beat(NOW + SECOND)

    assert held(worker.pk) == {worker.pk}


def test_a_worker_that_was_taken_for_dead_learns_it_with_its_lock(presence, worker):
    presence.beat(NOW)
    kill(presence._locks, worker.pk)
    Worker.objects.all().delete()

    presence.beat(NOW + SECOND)

    assert presence.lost.is_set()


def test_leaving_removes_the_row_and_the_file(presence, worker, tmp_path):
    presence.beat(NOW)

    presence.leave()

    assert not Worker.objects.exists()
    assert not list(tmp_path.rglob(str(worker.pk)))


def test_a_lock_that_an_old_connection_still_has_is_tried_again(
    presence, worker, monkeypatch
):
    monkeypatch.setattr(type(presence._locks), "take", lambda self, pk: False)

    assert presence.beat(NOW) == timedelta(seconds=0.1)
    worker.refresh_from_db()
    assert not worker.has_lock


def test_that_it_cannot_lock_is_said_once(worker, caplog):
    caplog.set_level(logging.WARNING)
    presence = Presence(worker, Locks(connection))
    for number in range(30):
        presence.beat(NOW + SECOND * number)

    [record] = caplog.records
    assert "told by its lease alone" in record.getMessage()
    worker.refresh_from_db()
    assert (worker.has_lock, worker.lease_until) == (False, NOW + SECOND * 50)


def test_locks_can_be_switched_off(worker, settings, caplog):
    settings.WORKFLOWS = {"LOCKS": False}

    Presence(worker).beat(NOW)

    worker.refresh_from_db()
    assert not worker.has_lock
    assert not caplog.records


def test_the_name_on_mariadb_fits_and_names_the_database(db):
    one, other = (locks.MysqlLocks(connection.copy()) for _ in range(2))
    other.connection.settings_dict["NAME"] = "another"

    assert one._name(7) != other._name(7)
    assert len(one._name(2**63)) <= 64
