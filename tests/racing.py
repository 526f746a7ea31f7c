"""Let several threads do something at once, each on its own connection."""

import threading
from concurrent.futures import ThreadPoolExecutor

from django.db import connection, connections


def race(*actions):
    """Run the actions side by side, started together; give their results."""
    start = threading.Barrier(len(actions))

    def run(action):
        start.wait()
        try:
            return action()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


def cannot_race():
    """Say why races cannot be run on this database; nothing if they can."""
    if connection.vendor == "sqlite":
        return "threads share the in-memory database of tests"
    return ""
