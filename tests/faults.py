"""A database that fails once, at a statement or commit of the test's choice."""

import os
import socket
from contextlib import contextmanager
from typing import Any

from django.db import InterfaceError, OperationalError, connection, connections


def refuse():
    """Refuse one statement, as a lock timeout does; the transaction goes on."""
    raise OperationalError("injected: lock wait timeout exceeded")


def roll_back():
    """Give up the transaction, as servers do for a deadlock or a full disk."""
    if connection.connection is not None:
        connection.connection.rollback()
    raise OperationalError("injected: deadlock, or database or disk is full")


def disconnect():
    """Lose the connection; a database in memory would be lost with it."""
    if connection.connection is not None:
        if connection.vendor == "sqlite":
            connection.connection.rollback()
        else:
            line = socket.socket(fileno=os.dup(connection.connection.fileno()))
            line.shutdown(socket.SHUT_RDWR)
            line.close()
    raise InterfaceError("injected: connection already closed")


KINDS = {each.__name__: each for each in (refuse, roll_back, disconnect)}


class Faults:
    """Fails at step number `at`: before it is done, or when it is done if `late`.

    A late fault of a commit is the answer that is lost.
    """

    def __init__(self, at=0, fail=refuse, *, late=False):
        self.at = at
        self.late = late
        self.steps = []
        self._fail = fail

    def __call__(self, execute, sql, params, many, context):
        return self._step(sql, lambda: execute(sql, params, many, context))

    def _step(self, what, action):
        self.steps.append(what)
        is_due = len(self.steps) == self.at
        if is_due and not self.late:
            self._break()
        result = action()
        if is_due:
            if what.startswith("BEGIN"):
                # Nobody can begin and not know it: SQLite answers in the process.
                connection.connection.rollback()
            self._break()
        return result

    def _break(self):
        # Django notes this of every error that comes from a driver.
        connection.errors_occurred = True
        self._fail()

    @contextmanager
    def on(self):
        """Let the connection fail in here; what it counts goes on with the next."""
        # The proxy may lead to another connection at the end.
        wrapper: Any = connections["default"]
        commit = wrapper._commit
        wrapper._commit = lambda: self._step("COMMIT", commit)
        try:
            with wrapper.execute_wrapper(self):
                yield
        finally:
            del wrapper._commit

    def __str__(self):
        when = "after" if self.late else "before"
        name, step = self._fail.__name__, self.steps[self.at - 1]
        return f"{name} {when} step {self.at}: {' '.join(step.split())[:150]}"
