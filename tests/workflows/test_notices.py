"""SQLite tells cheaply whether somebody else has written."""

import pytest
from django.db.utils import ConnectionHandler

from workflows.notices import Changes


@pytest.fixture
def file(db, tmp_path, monkeypatch):
    """Open one file twice, as two processes do."""
    place = {"ENGINE": "django.db.backends.sqlite3", "NAME": tmp_path / "file"}
    handler = ConnectionHandler({"default": place, "other": dict(place)})
    monkeypatch.setattr("workflows.notices.connections", handler)
    write(handler["other"], "PRAGMA journal_mode=WAL")
    write(handler["other"], "CREATE TABLE plan (id INTEGER)")
    yield handler
    handler.close_all()


def write(connection, sql="INSERT INTO plan VALUES (1)"):
    with connection.cursor() as cursor:
        cursor.execute(sql)


def test_the_first_look_sees_a_change(file):
    assert Changes().happened() is True


def test_nothing_happens_by_itself(file):
    changes = Changes()
    changes.happened()

    assert changes.happened() is False


def test_a_commit_of_another_process_is_seen_once(file):
    changes = Changes()
    changes.happened()
    write(file["other"])

    assert [changes.happened(), changes.happened()] == [True, False]


def test_a_commit_of_its_own_is_not(file):
    changes = Changes()
    changes.happened()
    write(file["default"])

    assert changes.happened() is False


def test_a_new_connection_looks_again(file):
    changes = Changes()
    changes.happened()
    file["default"].close()

    assert changes.happened() is True
