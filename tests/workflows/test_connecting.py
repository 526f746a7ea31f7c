"""A loop has a connection that works, whatever the turn before left behind."""

from threading import Thread

import pytest
from django.db import OperationalError, connection, connections

from workflows.connecting import whole_connection


def in_a_thread(action):
    """Run with connections of its own, those of the test are left alone."""
    thread = Thread(target=action)
    thread.start()
    thread.join()


def test_a_connection_that_believes_in_a_transaction_is_thrown_away():
    seen = []

    def turn():
        with whole_connection():
            seen.append(connections["default"])
            # What `Atomic` leaves when a connection is lost twice at its end.
            connection.in_atomic_block = True
        seen.append(connections["default"])

    in_a_thread(turn)

    lost, new = seen
    assert new is not lost
    assert not new.in_atomic_block


def test_a_connection_in_the_block_of_the_caller_is_kept():
    seen = []

    def turn():
        connection.in_atomic_block = True
        with whole_connection():
            seen.append(connections["default"])
        seen.append(connections["default"])

    in_a_thread(turn)

    assert seen[0] is seen[1]


def test_an_error_of_the_driver_comes_out_as_one_of_django():
    with pytest.raises(OperationalError, match="gone away"):
        with whole_connection():
            raise connections["default"].Database.OperationalError("gone away")  # type: ignore[attr-defined]  # each backend has it
