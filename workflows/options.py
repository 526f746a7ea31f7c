"""The options of a version: how its executions behave, whatever its nodes do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any


@dataclass(frozen=True)
class Options:
    """What `WorkflowVersion.options` may say.

    JSON: `{"timeout": 3600, "stack_limit": 1}`; the timeout in seconds, 0 for none.
    """

    #: After this time, waiting included, an execution ends as timed out.
    timeout: timedelta | None = None
    #: How often a workflow may stand in the chain of its own ancestors.
    stack_limit: int = 1

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Options":
        seconds = stored.get("timeout") or 0
        return cls(
            timeout=timedelta(seconds=seconds) if seconds else None,
            stack_limit=int(stored.get("stack_limit") or 1),
        )
