"""What a node may answer: a closed set, so that the engine forgets none."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Succeeded:
    """The node is done. With `branch` the nodes of that branch come next."""

    result: Any = None
    branch: str | None = None
    log: str = ""
    #: True: the result is the output of the execution too; the last one stays.
    output: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """The node says no: the execution ends as failed, with this message.

    Unless the options of the node say that it is tried again, or that the error
    becomes its result.
    """

    message: str
    result: Any = None
    #: How long to wait at least before a retry, as `Retry-After` of HTTP asks.
    retry_after: timedelta | None = None
    #: True: trying again cannot help.
    permanent: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """The node waits, and its execution frees the worker.

    It goes on at `until`, or earlier when `services.resume` brings a reply; if `until`
    is None, only then. `resume` of its handler is called, and may wait again. Whoever
    is to reply needs `execution_id` and `number` of the `NodeRun`. A reply that comes
    before the waiting is committed is kept for it.
    """

    until: datetime | None = None
    result: Any = None


@dataclass(frozen=True, slots=True)
class Ended:
    """The whole execution ends here, also from inside a branch."""

    succeeded: bool = True
    message: str = ""


@dataclass(frozen=True, slots=True)
class Round:
    """The nodes of a branch run with this item; then the node is asked again.

    Only node types that `loops` answer so: from `run` it is the first round, from
    `after_round` and `after_failure` the next one. `item` and `state` are stored.
    """

    #: What expressions of the body see as `loop.item`.
    item: Any = None
    #: How many rounds there will be, if that is known: `loop.length`.
    length: int | None = None
    #: What the node must know after the round; small, and JSON.
    state: Any = None
    #: What spares the node work after the round. It is not stored, so that it is None
    #: after a wait, a crash or a rollback.
    memory: Any = None
    branch: str = "body"


@dataclass(frozen=True, slots=True)
class Fork:
    """The nodes of several branches run side by side.

    Only node types that `forks` answer so, from `run`; whenever a branch has ended
    `after_branch` is asked. A branch without nodes has succeeded at once.
    """

    branches: tuple[str, ...]


NodeResult: TypeAlias = Succeeded | Failed | Waiting | Ended | Round | Fork
