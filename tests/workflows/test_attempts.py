"""Who is to blame: a node for what it raises, nobody for a database that is away."""

import pytest
from django.db import OperationalError, connection

from workflows.attempts import Errored, attempt_apart


def raw():
    """Raise as MySQLdb does when Django closes a cursor of a lost connection."""
    raise connection.Database.OperationalError("gone away")  # type: ignore[attr-defined]  # each backend has it


def test_a_lost_connection_is_nobodys_fault_however_it_shows(db):
    with pytest.raises(OperationalError, match="gone away"):
        attempt_apart(raw)


def test_it_may_be_blamed_at_last(db):
    answer = attempt_apart(raw, blame_database=True)

    assert isinstance(answer, Errored)
    assert answer.message == "OperationalError: gone away"
