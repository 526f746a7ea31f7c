"""Loops that outlive a database: no error leaves them a connection of no use."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, connections


@contextmanager
def whole_connection(alias: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Do a turn of a loop; errors of the driver come out as Django's.

    A connection that is lost at the wrong moment twice believes ever after that it is
    inside a transaction, and neither connects again nor closes. It is thrown away.
    """
    was_inside = connections[alias].in_atomic_block
    try:
        # Some statements let errors of MySQLdb through as they are.
        with connections[alias].wrap_database_errors:
            yield
    finally:
        if connections[alias].in_atomic_block and not was_inside:
            _throw_away(alias)


def _throw_away(alias: str) -> None:
    """Forget a connection, and end its session: the server would keep it."""
    wrapper = connections[alias]
    if wrapper.connection is not None:
        with suppress(DatabaseError, InterfaceError), wrapper.wrap_database_errors:
            wrapper.connection.close()
    del connections[alias]
