"""What a trigger type promises, and the values that pass between."""

import builtins
from abc import ABC
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, ClassVar

from django.db.models.expressions import Combinable

from workflows.forms import ConfigForm
from workflows.shapes import Shape


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
    #: Who may see the link, such as "triggers.view_webhook".
    permission: str = ""


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
class Crowd:
    """Runs of one version in one slot of a calendar, more than it lists."""

    workflow_id: int
    version_id: int
    title: str
    #: When they are, in words.
    words: str
    #: The slot, counted from 0.
    slot: int
    #: The first and the last of those that were counted.
    first: datetime
    last: datetime
    count: int
    #: False: there are more than were counted.
    exact: bool = True


@dataclass(frozen=True, slots=True)
class CalendarQuery:
    """What a calendar asks for: slots of time, and how much of each."""

    #: Where the slots begin, and the end of the last one, which belongs to it.
    edges: Sequence[datetime]
    #: Only what is after it.
    now: datetime
    #: Runs in the answer.
    most: int
    #: Runs of one version that a slot lists; what has more is a crowd as well.
    each: int
    #: How far a crowd is counted.
    counted: int
    #: Only these workflows; None for all.
    workflows: Collection[int] | None = None


@dataclass(frozen=True, slots=True)
class Calendar:
    """The planned runs of a range of time, the earliest first."""

    runs: Sequence[PlannedRun] = ()
    crowds: Sequence[Crowd] = ()
    #: False: there was more than asked for, and some runs are left out.
    complete: bool = True


class Trigger(ABC):
    """The class behind a trigger type: it turns happenings into events."""

    type: ClassVar[str]
    title: ClassVar[Any]
    description: ClassVar[Any] = ""
    form_class: ClassVar["builtins.type[ConfigForm]"] = ConfigForm
    #: What a manual run asks for; its config becomes the context's data.
    manual_form_class: ClassVar["builtins.type[ConfigForm]"] = ConfigForm

    def data_shape(self, config: Mapping[str, Any]) -> Shape:
        """Tell what `trigger.data` looks like, for editors that offer its fields.

        `config` is as it is stored, with the defaults of the form; it may be
        incomplete. Without looking at any row.
        """
        return Shape()

    def more_shapes(self, config: Mapping[str, Any]) -> Mapping[str, Shape]:
        """Name what the context holds besides `data` and `date`, in the same way."""
        return {}

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

    def calendar(self, query: CalendarQuery) -> Calendar:
        """List what is planned for the enabled versions that are asked for.

        It must give the moments that will really fire.
        """
        return Calendar()

    def manual_form(self, config: Mapping[str, Any]) -> "builtins.type[ConfigForm]":
        """Give the form of a manual run, which may depend on the configuration."""
        return self.manual_form_class

    def page(self, subscription: Subscription) -> Page | None:
        """Name a page of its own about a workflow, such as that of its address."""
        return None

    def context(
        self, config: Mapping[str, Any], values: Mapping[str, Any], now: datetime
    ) -> dict[str, Any]:
        """Make the context of a manual run from the cleaned manual form.

        The context is what expressions see as `trigger`: `{"data", "date"}`.
        """
        return {"data": dict(values), "date": now}
