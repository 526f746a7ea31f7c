"""Connections that an error left behind, given up so that the next one is whole."""

from contextlib import suppress

from django.db import DatabaseError, InterfaceError, connections


def give_up_connection(alias: str = "default") -> None:
    """Close this thread's connection; called outside of all transactions.

    A commit that ends with an InterfaceError leaves Django believing that it is inside
    a transaction, and then it would never connect again: that wrapper is dropped.
    """
    connection = connections[alias]
    with suppress(DatabaseError, InterfaceError):
        # A driver may complain of a connection that is closed already.
        connection.close()
    if connection.in_atomic_block:
        del connections[alias]
