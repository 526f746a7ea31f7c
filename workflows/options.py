"""The options of a version: how its executions behave, whatever its nodes do."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Concurrency(models.TextChoices):
    """What happens when an event comes while earlier executions are unfinished."""

    PARALLEL = "parallel", _("run side by side")  #: Start it, whatever else runs.
    QUEUE = "queue", _("wait for the others")  #: Hold it until there is room.
    SKIP = "skip", _("do not start it")  #: Reject it, and note that in the history.
    RESTART = "restart", _("cancel the oldest")  #: Make room by cancelling.


@dataclass(frozen=True)
class Options:
    """What `WorkflowVersion.options` may say.

    JSON: `{"timeout": 3600, "stack_limit": 1, "concurrency": "queue",
    "max_running": 2}`; the timeout in seconds, 0 for none.
    """

    #: After this time, waiting included, an execution ends as timed out.
    timeout: timedelta | None = None
    #: How often a workflow may stand in the chain of its own ancestors.
    stack_limit: int = 1
    concurrency: Concurrency = Concurrency.PARALLEL
    #: Unfinished executions that the policies other than parallel allow at once.
    max_running: int = 1

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Options":
        seconds = stored.get("timeout") or 0
        return cls(
            timeout=timedelta(seconds=seconds) if seconds else None,
            stack_limit=int(stored.get("stack_limit") or 1),
            concurrency=Concurrency(stored.get("concurrency") or "parallel"),
            max_running=int(stored.get("max_running") or 1),
        )


@lru_cache(maxsize=1000)
def options_from(text: str) -> Options:
    """Read options from JSON as it is stored; most versions have the same."""
    return Options.read(json.loads(text))
