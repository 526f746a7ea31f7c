"""Locks of workers in the hands of a test, and what a kill does to them."""

from django.db import connection

from tests.processes.waiting import eventually
from workflows.engine import locks_on


def other_process():
    """Lock as another process would: on a connection of its own."""
    return locks_on(connection.copy())


def held(*workers):
    return locks_on(connection).held(workers)


def kill(holder, worker):
    """Free the lock of `worker` as the end of its process does.

    The server hears of it a little later.
    """
    holder.release()
    eventually(lambda: not held(worker), "the server freed the lock")
