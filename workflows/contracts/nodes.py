"""What a node type promises, and what it is given."""

import builtins
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, ClassVar

from workflows.answers import NodeResult, Succeeded, Waiting
from workflows.attempts import Errored, attempt
from workflows.forms import NodeForm
from workflows.shapes import Shape


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
class BranchEnd:
    """How a branch of a fork has ended."""

    succeeded: bool
    #: What went wrong; empty after a success.
    reason: str = ""
    #: The result of the last node that ran in it.
    result: Any = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What somebody told a waiting node by `services.resume`."""

    value: Any
    at: datetime


@dataclass(frozen=True, slots=True)
class NodeRun:
    """One run of a node: all that a handler may know. It holds no ORM rows."""

    #: The cleaned configuration, expressions replaced by their values.
    config: Mapping[str, Any]
    now: datetime
    key: str = ""
    #: -1 where a node is tried by itself: MariaDB takes no 0 for an id.
    execution_id: int = -1
    #: The number of its job; with `execution_id` it is the address of a reply.
    number: int = 0
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
    #: What a waiting node was told; None when its moment has come without a reply.
    reply: Reply | None = None
    #: The round that has ended; None when the node is entered.
    past: PastRound | None = None
    #: How each branch of the fork has ended, in order; None while it is under way.
    branches: Mapping[str, BranchEnd | None] = field(default_factory=dict)
    #: The branch that has ended just now; empty when the node is entered.
    branch: str = ""
    #: How long this try may take, for nodes that can hold others to it; the engine
    #: ends what takes longer in any case.
    timeout: timedelta | None = None


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
    #: Names and titles of the branches below the node; see `branches_for`.
    branches: ClassVar[Mapping[str, Any]] = {}
    #: What can go wrong besides what can with every node, for its documentation: a
    #: sentence each, and the state that the execution ends in.
    faults: ClassVar[Sequence[tuple[str, str]]] = ()
    #: Its branches are bodies: at their end it is asked for the next `Round`.
    loops: ClassVar[bool] = False
    #: Its branches run side by side: it answers `Fork`.
    forks: ClassVar[bool] = False
    #: Its result is an object of variables, which later nodes see as `vars`.
    sets_variables: ClassVar[bool] = False

    @abstractmethod
    def run(self, run: NodeRun) -> NodeResult:
        """Do the node's work.

        An exception ends the execution as an error; its traceback is kept in the job.
        One with an attribute `permanent` that is true is never retried, and one with
        `retry_after`, a timedelta, not earlier than that.
        """

    def effect_of(self, config: Mapping[str, Any]) -> Effect:
        """Tell what it touches with these settings, of those that are no expressions.

        For types whose `effect` depends on them.
        """
        return self.effect

    def branches_for(self, config: Mapping[str, Any]) -> Mapping[str, Any]:
        """Give the names and titles of the branches of a node with this configuration.

        `config` is as it is stored; it may be incomplete or wrong.
        """
        return self.branches

    def callback(self, config: Mapping[str, Any], execution: int, key: str) -> str:
        """Give the address at which the world outside may answer this node.

        Expressions of all nodes see it as `execution.callbacks.<key>`. `config` is as
        in `branches_for`. Empty, as here: there is none.
        """
        return ""

    def result_shape(self, config: Mapping[str, Any]) -> Shape:
        """Tell what its result looks like, for editors that offer its fields.

        `config` is the configuration as it is stored, expressions and all, with the
        defaults of the form; it may be incomplete. Without looking at any row.
        """
        return Shape()

    def item_shape(self, config: Mapping[str, Any]) -> Shape:
        """Tell what `loop.item` looks like in its body, if it loops."""
        return Shape()

    def resume(self, run: NodeRun) -> NodeResult:
        """Go on after `Waiting`: a reply has come, or without one its moment.

        Each reply that `services.resume` has accepted is seen here, once, unless the
        execution ends before. The answer may be `Waiting` again; then the next reply
        is accepted.
        """
        return Succeeded(run.waited if run.reply is None else run.reply.value)

    def awaited(self, waited: Any) -> str:
        """Name what a waiting node waits for, from what it left behind as `waited`.

        As the end of "the node waits for …": "an answer of Ann". Asked by pages, with
        few statements. Empty, as here: its moment, or whatever comes.
        """
        return ""

    def after_round(self, run: NodeRun) -> NodeResult:
        """Answer the next `Round`, or how the loop ends; never `Waiting`.

        Asked at the end of the body, of types that loop. `run.config` is what it was
        when the node was entered. The engine makes no savepoint for this: reads of
        the database belong into a `transaction.atomic` of the node's own.
        """
        return Succeeded()

    def after_branch(self, run: NodeRun) -> NodeResult | None:
        """Answer what the end of a branch means, of types that fork.

        `Waiting()` lets the other branches go on. Any other answer cancels what they
        still do, and is the node's own. None: the branch has failed, and that is the
        failure of the node. The engine makes no savepoint for this.
        """
        return Waiting()

    def after_failure(self, run: NodeRun) -> NodeResult | None:
        """Answer like `after_round` when a node of the body failed or raised.

        None, as here: it is the failure of whatever is around, and of the execution
        in the end.
        """
        return None


def shape_of(
    handler: NodeHandler, config: Mapping[str, Any], asked: str = "result_shape"
) -> Shape:
    """Ask a handler for a shape, with the defaults of its form; any value if it raises.

    People choose one setting after the other, so that a handler sees odd ones.
    """
    fields = handler.form_class.base_fields.items()
    whole = {**{name: field.initial for name, field in fields}, **config}
    shape: Shape | Errored = attempt(
        lambda: getattr(handler, asked)(whole), blame_database=True
    )
    return Shape() if isinstance(shape, Errored) else shape


def awaited_by(handler: NodeHandler, waited: Any) -> str:
    """Ask a handler what its node waits for; nothing if it raises."""
    text: str | Errored = attempt(lambda: handler.awaited(waited), blame_database=True)
    return "" if isinstance(text, Errored) else str(text)
