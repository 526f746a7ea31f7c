"""What a node type and a trigger type promise, and the values that pass between."""

import builtins
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from enum import Enum
from typing import Any, ClassVar

from django.db.models.expressions import Combinable

from workflows.answers import (
    Ended,
    Failed,
    NodeResult,
    Round,
    Succeeded,
    Waiting,
)
from workflows.forms import ConfigForm, NodeForm

__all__ = [
    "Calendar",
    "ComingRun",
    "Effect",
    "Ended",
    "Failed",
    "Hands",
    "Lane",
    "NodeHandler",
    "NodeResult",
    "NodeRun",
    "Page",
    "PastRound",
    "PlannedRun",
    "Preview",
    "Round",
    "Stopped",
    "Subscription",
    "Succeeded",
    "Switch",
    "Trigger",
    "Waiting",
]


class Effect(Enum):
    """What a node touches; the engine decides by it how the node is committed."""

    #: Nothing but its own result.
    PURE = "pure"
    #: Our database, in the transaction of the engine: exactly once.
    DATABASE = "database"
    #: The world outside, between two commits: at least once, with one key.
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class PastRound:
    """The round that has ended, as the node that looped sees it."""

    #: Counts from 0.
    index: int
    item: Any = None
    length: int | None = None
    state: Any = None
    memory: Any = None
    #: What went wrong in the body, for `after_failure`; empty for `after_round`.
    failure: str = ""


@dataclass(frozen=True, slots=True)
class NodeRun:
    """One run of a node: all that a handler may know. It holds no ORM rows."""

    #: The cleaned configuration, expressions replaced by their values.
    config: Mapping[str, Any]
    now: datetime
    key: str = ""
    execution_id: int = 0
    #: 1 for the first run; repeats after a crash or by a retry count up.
    attempt: int = 1
    #: Equal for every repeat of the same effect: `execution-node-round`.
    idempotency_key: str = ""
    #: The names that expressions see.
    scope: Mapping[str, Any] = field(default_factory=dict)
    #: Ids of the executions that led to this one, itself included.
    ancestors: tuple[int, ...] = ()
    #: What a waiting node left behind; None when it runs for the first time.
    waited: Any = None
    #: The round that has ended; None when the node is entered.
    past: PastRound | None = None


class NodeHandler(ABC):
    """The class behind a node type. One instance serves all executions."""

    #: The name in definitions; never changes once workflows use it.
    type: ClassVar[str]
    title: ClassVar[Any]
    #: Where the add menu shows it: flow, data, values, outside or people.
    group: ClassVar[str] = "flow"
    description: ClassVar[Any] = ""
    effect: ClassVar[Effect] = Effect.PURE
    #: Configuration: validation, editor and documentation come from this form.
    form_class: ClassVar["builtins.type[NodeForm]"] = NodeForm
    #: It may answer `Waiting`; synchronous workflows refuse it.
    waits: ClassVar[bool] = False
    #: Names and titles of the branches below the node.
    branches: ClassVar[Mapping[str, Any]] = {}
    #: Its branches are bodies: at their end it is asked for the next `Round`.
    loops: ClassVar[bool] = False

    @abstractmethod
    def run(self, run: NodeRun) -> NodeResult:
        """Do the node's work.

        An exception ends the execution as an error; its traceback is kept in the job.
        """

    def resume(self, run: NodeRun) -> NodeResult:
        """Go on after `Waiting`, when its moment or event has come."""
        return Succeeded(run.waited)

    def after_round(self, run: NodeRun) -> NodeResult:
        """Answer the next `Round`, or how the loop ends; never `Waiting`.

        Asked at the end of the body, of types that loop. `run.config` is what it was
        when the node was entered. The engine makes no savepoint for this: reads of
        the database belong into a `transaction.atomic` of the node's own.
        """
        return Succeeded()

    def after_failure(self, run: NodeRun) -> NodeResult | None:
        """Answer like `after_round` when a node of the body failed or raised.

        None, as here: it is the failure of whatever is around, and of the execution
        in the end.
        """
        return None


@dataclass(frozen=True, slots=True)
class Subscription:
    """A version, as its trigger sees it."""

    workflow_id: int
    version_id: int
    config: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the admin that a trigger has for a workflow."""

    title: Any
    #: The name of its address, such as "triggers_webhook_change", and its arguments.
    name: str
    arguments: tuple[Any, ...] = ()
    #: The part behind the question mark.
    query: str = ""


@dataclass(frozen=True, slots=True)
class ComingRun:
    """A moment at which a trigger will start a version."""

    #: In the time zone in which people think of it.
    moment: datetime
    #: The record that it is about, in words; empty without one.
    record: str = ""
    #: Why it is then and not as asked for, such as a change of the clocks.
    note: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a configuration amounts to, for the person who writes it."""

    #: When the workflow starts, in plain words.
    words: str
    #: The name of the time zone of the runs.
    zone: str
    runs: Sequence[ComingRun] = ()
    #: What else to know, a sentence each.
    remarks: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """A coming run of an enabled version, for a calendar of all of them."""

    workflow_id: int
    version_id: int
    title: str
    run: ComingRun


@dataclass(frozen=True, slots=True)
class Calendar:
    """The planned runs of a range of time, the earliest first."""

    runs: Sequence[PlannedRun] = ()
    #: False: there were more than asked for, and some are left out.
    complete: bool = True


class Trigger(ABC):
    """The class behind a trigger type: it turns happenings into events."""

    type: ClassVar[str]
    title: ClassVar[Any]
    description: ClassVar[Any] = ""
    form_class: ClassVar["builtins.type[ConfigForm]"] = ConfigForm
    #: What a manual run asks for; its config becomes the context's data.
    manual_form_class: ClassVar["builtins.type[ConfigForm]"] = ConfigForm

    #: It gives a `preview`, which its form shows while it is edited.
    previews: ClassVar[bool] = False
    #: It can start afterwards what it missed: `count_missed` and `run_missed`.
    catches_up: ClassVar[bool] = False

    def arm(self, subscription: Subscription, now: datetime) -> None:
        """Begin to listen for an enabled version.

        Called in the transaction that enables it or changes its configuration.
        """

    def take_back(self, subscription: Subscription) -> None:
        """Remove executions that were inserted before their moment, if there are any.

        Called in the transaction that changes how the version behaves.
        """

    def disarm(self, subscription: Subscription) -> None:
        """Stop listening; after the commit nothing may fire any more."""

    def describe(self, config: Mapping[str, Any]) -> str:
        """Say in words when the workflow starts, for lists."""
        return str(self.title)

    def next_run(self, version: str) -> Combinable | None:
        """Give an expression for the next moment at which a version starts.

        Lists annotate their rows with it, to show and sort them in one statement.
        `version` names the column of the row, as `OuterRef` takes it, that holds the
        id of the enabled version. It must give NULL for versions of other triggers.
        None: this trigger does not know when it starts.
        """
        return None

    def preview(self, subscription: Subscription, now: datetime) -> Preview:
        """Show what a valid configuration, stored or not yet, amounts to.

        Asked only of triggers that have `previews`, in the language that is active.
        It must give the moments that will really fire.
        """
        raise NotImplementedError

    def explain(self, subscription: Subscription, now: datetime) -> str:
        """Say in one sentence why a version has not run, or when it will.

        Empty: this trigger has nothing to say about it.
        """
        return ""

    def zone(self, config: Mapping[str, Any]) -> tzinfo | None:
        """Give the time zone in which people think of a configuration's moments.

        None: the project's own.
        """
        return None

    def count_missed(
        self, subscription: Subscription, since: datetime, until: datetime
    ) -> int:
        """Count what `run_missed` would start, itself bounded like it.

        Both are asked only of triggers that catch up, about the past, for valid
        configurations, and include both bounds. Raises a `WorkflowError` if a
        range is too much to look through.
        """
        raise NotImplementedError

    def run_missed(
        self,
        subscription: Subscription,
        since: datetime,
        until: datetime,
        now: datetime,
    ) -> int:
        """Start what should have run and did not; say how many.

        Asking twice starts nothing twice.
        """
        raise NotImplementedError

    def calendar(
        self, since: datetime, until: datetime, now: datetime, most: int
    ) -> Calendar:
        """List what is planned for all enabled versions, bounds included.

        Only what is after `now`, and at most so many runs.
        """
        return Calendar()

    def manual_form(self, config: Mapping[str, Any]) -> "builtins.type[ConfigForm]":
        """Give the form of a manual run where it depends on a stored configuration."""
        return self.manual_form_class

    def page(self, subscription: Subscription) -> Page | None:
        """Name a page of its own about the workflow, such as that of its address."""
        return None

    def context(
        self, config: Mapping[str, Any], values: Mapping[str, Any], now: datetime
    ) -> dict[str, Any]:
        """Make the context of a manual run from the cleaned manual form.

        The context is what expressions see as `trigger`: `{"data", "date"}`.
        """
        return {"data": dict(values), "date": now}


@dataclass(frozen=True, slots=True)
class Stopped:
    """A switch that stops something now."""

    #: What is stopped, by whom and since when, for the top of every page.
    sentence: str
    #: The row that keeps it, for the log of the admin.
    row: Any


class Switch(ABC):
    """Stops something for all workflows at once, until somebody releases it.

    The list of workflows offers it, and while it stops, every page of the admin says
    so. Register it with `workflows.registry.register_switch`.
    """

    #: The name in addresses.
    name: ClassVar[str]
    #: Who may stop and release, such as "triggers.pause_schedules".
    permission: ClassVar[str]
    #: What the buttons say.
    stop_label: ClassVar[Any]
    release_label: ClassVar[Any]
    #: What to know before one stops it.
    consequence: ClassVar[Any]
    #: What the messages and the log say afterwards.
    stop_done: ClassVar[Any]
    release_done: ClassVar[Any]

    @abstractmethod
    def stopped(self) -> Stopped | None:
        """Tell whether it stops now. Asked on every page: one cheap statement."""

    @abstractmethod
    def stop(self, now: datetime, user: Any) -> bool:
        """Stop; False if it did already."""

    @abstractmethod
    def release(self, now: datetime) -> bool:
        """Let go; False if it did not stop."""


@dataclass(frozen=True, slots=True)
class Hands:
    """A worker process, as far as a lane needs to know it."""

    #: The id of its row; whoever looks for the dead asks whether it still lives.
    owner: int
    #: How people tell it from others.
    name: str
    clock: Callable[[], datetime]
    #: True once the process is to stop, or was taken for dead.
    halted: Callable[[], bool]


class Lane(ABC):
    """Work of another kind that worker processes do besides executions.

    Register it with `workflows.registry.register_lane`; `services.wake_lane` asks the
    workers to look. A wake-up is a hint, and may be lost or doubled: what is to be
    done, and who does it, is for the lane's own tables to say.
    """

    #: The name in wake-ups.
    name: ClassVar[str]

    @abstractmethod
    def look(self, hands: Hands, ids: Sequence[int]) -> None:
        """Take up what is due, these first; do not keep the process from others."""

    def leave(self, hands: Hands) -> None:
        """Come to an end, or hand back what was taken: the process ends."""
