"""What every test may use."""

import os


def pytest_collection_modifyitems(config, items):
    """On a second database run only what talks to it; the rest has run."""
    if os.environ.get("ONLY_DATABASE_TESTS") != "1":
        return
    database = {"db", "transactional_db"}
    kept = [item for item in items if database & set(item.fixturenames)]
    config.hook.pytest_deselected(items=[i for i in items if i not in kept])
    items[:] = kept
