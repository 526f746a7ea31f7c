"""The settings of processes that tests start: the project's, with nodes for tests."""

import json
import os

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS as OURS, WORKFLOWS as GIVEN

INSTALLED_APPS = [*OURS, "tests.processes.nodes"]
WORKFLOWS = {**GIVEN, "UP": json.loads(os.environ.get("TEST_UP", "[]"))}
