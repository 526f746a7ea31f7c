"""The settings of processes that tests start: the project's, with nodes for tests."""

import json
import os

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS as OURS, WORKFLOWS as GIVEN, WORKS as THEIRS

INSTALLED_APPS = [*OURS, "tests.processes.nodes"]
WORKS = {**THEIRS, "MODULES": ["tests.processes.nodes.handlers"], "BACKOFF": 1}
WORKFLOWS = {**GIVEN, "UP": json.loads(os.environ.get("TEST_UP", "[]"))}
