"""The settings of processes in a chaos campaign: the project's, made impatient."""

import os

from config.settings import *  # noqa: F403
from config.settings import (
    DATABASES as OURS,
    INSTALLED_APPS as APPS,
    Q_CLUSTER as QUEUE,
    WORKFLOWS as GIVEN,
)

#: MariaDB ignores an index of django-q2; every command would say so.
SILENCED_SYSTEM_CHECKS = ["models.W037"]
INSTALLED_APPS = [*APPS, "tests.chaos.load"]
WORKFLOWS = {**GIVEN, "COLLECTIONS": ["load"], "UP": [], "SWEEP_PERIOD": 2}
#: A node that never returns costs its worker this many seconds, not an hour.
Q_CLUSTER = {**QUEUE, "timeout": int(os.environ.get("CHAOS_TIMEOUT", "3600"))}
DATABASES = OURS
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A lock that the suite holds has to become an error while it looks.
    patience = int(os.environ.get("CHAOS_PATIENCE", "2"))
    DATABASES["default"]["OPTIONS"]["timeout"] = patience
