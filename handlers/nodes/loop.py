"""A loop: its body runs once for each of many things."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy as _

from handlers.fields import require, truth_of
from handlers.rounds import Items, items_of
from workflows.contracts import (
    Effect,
    Failed,
    Field,
    Kind,
    NodeHandler,
    NodeResult,
    NodeRun,
    Round,
    Shape,
    Succeeded,
    shape_of_fields,
)
from workflows.filters import FilterField
from workflows.forms import (
    CollectionField,
    EachRoundField,
    ValueField,
    holds_expression,
)
from workflows.record_forms import CollectionForm, PreloadField
from workflows.record_shapes import record_shape

VALUES, RECORDS = "values", "records"
BEFORE, AFTER = "before", "after"
STOP, BREAK, CONTINUE = "stop", "break", "continue"
FAIL, CUT = "fail", "cut"
#: Rounds that one loop may have, and those it may have unless it says more.
MOST, USUAL = 1_000_000, 10_000


class LoopForm(CollectionForm):
    """Says what the loop goes over, and when it ends before that."""

    field_order = ["over", "items"]

    over = forms.ChoiceField(
        label=_("Go over"),
        initial=VALUES,
        choices=[
            (VALUES, _("a number, list, text or object")),
            (RECORDS, _("the records of a collection")),
        ],
    )
    items = ValueField(
        label=_("Number, list, text or object"),
        required=False,
        help_text=_(
            "A number n gives the rounds 0 to n - 1, a text its characters, an object "
            'its pairs {"key", "value"} by key; nothing gives no rounds.'
        ),
    )
    collection = CollectionField(label=_("Collection"), required=False)
    filter = FilterField(label=_("Filter"), required=False)
    preload = PreloadField(
        label=_("Relations to load"),
        required=False,
        help_text=_("Separated by commas: customer, lines.product."),
    )
    page_size = forms.IntegerField(
        label=_("Records read at once"),
        initial=100,
        required=False,
        min_value=1,
        max_value=1_000,
    )
    condition = EachRoundField(
        label=_("As long as"),
        required=False,
        help_text=_("Asked in each round: {{ loop.index < 5 }}. Empty is always true."),
    )
    check = forms.ChoiceField(
        label=_("Asked"),
        initial=BEFORE,
        choices=[(BEFORE, _("before each round")), (AFTER, _("after each round"))],
    )
    on_error = forms.ChoiceField(
        label=_("When a node of the body fails"),
        initial=STOP,
        choices=[
            (STOP, _("the execution ends as the node did")),
            (BREAK, _("leave the loop and go on after it")),
            (CONTINUE, _("go on with the next round")),
        ],
    )
    limit = forms.IntegerField(
        label=_("At most"),
        initial=USUAL,
        required=False,
        min_value=1,
        max_value=MOST,
        help_text=_("Rounds."),
    )
    at_limit = forms.ChoiceField(
        label=_("When there are more"),
        initial=FAIL,
        choices=[
            (FAIL, _("fail before the first round")),
            (CUT, _("leave out the rest")),
        ],
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("over") == RECORDS:
            require(self, ["collection"], _("Choose the collection to go over."))
        else:
            require(self, ["items"], _("Enter what the loop goes over."))
        condition = cleaned.get("condition")
        if condition is not None and not holds_expression(condition):
            message = gettext("Write the condition in double braces: {{ … }}.")
            self.add_error("condition", message)
        return cleaned


class Loop(NodeHandler):
    """Gives `{"rounds", "failed", "stopped"}`.

    That is how many rounds were begun, in how many of them a node failed, and what
    ended the loop early: `condition`, `error`, `limit`, or an empty text.

    In the body, `loop` is `{"item", "index", "length"}`, and `loop.parent` the same of
    the loop around. Records are read page by page in the order of their keys; what is
    added behind the last one after the start is left out.
    """

    type = "loop"
    faults = (
        (
            "There are more rounds than the limit, and it is to fail then",
            "failed",
        ),
        (
            "The condition gives neither true nor false",
            "error",
        ),
        (
            "A node of the body goes wrong, and the loop is to stop then",
            "as that node",
        ),
    )
    title = _("Loop")
    group = "flow"
    description = _("Runs the nodes inside once for each item, record or number.")
    effect = Effect.DATABASE
    form_class = LoopForm
    branches = {"body": _("In each round")}
    loops = True

    def run(self, run: NodeRun) -> NodeResult:
        items = items_of(run.config)
        limit = run.config["limit"] or USUAL
        if items.length > limit and run.config["at_limit"] == FAIL:
            message = gettext(
                "There are %(length)d rounds to go, more than the limit of %(limit)d. "
                "Raise the limit, or let the loop leave out the rest."
            )
            return Failed(message % {"length": items.length, "limit": limit})
        return self._next(run, items, iter(items), failed=0)

    def after_round(self, run: NodeRun) -> NodeResult:
        return self._go_on(run, failed=0)

    def after_failure(self, run: NodeRun) -> NodeResult | None:
        match run.config["on_error"]:
            case "break":
                return self._end(run, _failed(run) + 1, "error")
            case "continue":
                return self._go_on(run, failed=1)
            case _:
                return None

    def result_shape(self, config: Mapping[str, Any]) -> Shape:
        return shape_of_fields(
            Field("rounds", _("Rounds"), Kind.NUMBER),
            Field("failed", _("Failed rounds"), Kind.NUMBER),
            Field("stopped", _("Ended early by"), Kind.TEXT),
        )

    def item_shape(self, config: Mapping[str, Any]) -> Shape:
        if config["over"] == RECORDS:
            return record_shape(config["collection"] or "", config["preload"] or ())
        return Shape(Kind.NUMBER) if isinstance(config["items"], int) else Shape()

    def _go_on(self, run: NodeRun, failed: int) -> NodeResult:
        past = run.past
        assert past is not None  # noqa: S101 - the engine gives it after a round
        failed += _failed(run)
        if run.config["check"] == AFTER and not _holds(run, run.scope):
            return self._end(run, failed, "condition")
        items, left = past.memory or _reread(run)
        return self._next(run, items, left, failed)

    def _next(
        self, run: NodeRun, items: Items, left: Iterator[Any], failed: int
    ) -> NodeResult:
        index = _rounds(run)
        try:
            item = next(left)
        except StopIteration:
            return self._end(run, failed)
        limit = run.config["limit"] or USUAL
        if index >= limit:
            return self._end(run, failed, "limit")
        length = min(items.length, limit)
        if run.config["check"] == BEFORE:
            loop = {"item": item, "index": index, "length": length}
            if not _holds(run, {**run.scope, "loop": {**loop, **_parent(run)}}):
                return self._end(run, failed, "condition")
        state = {"failed": failed, "until": items.until}
        return Round(item, length, state, memory=(items, left))

    def _end(self, run: NodeRun, failed: int, stopped: str = "") -> NodeResult:
        counts = {"rounds": _rounds(run), "failed": failed, "stopped": stopped}
        if stopped != "limit":
            return Succeeded(counts)
        return Succeeded(counts, log=gettext("The limit was reached; some are left."))


def _rounds(run: NodeRun) -> int:
    """Count the rounds that have begun."""
    return 0 if run.past is None else run.past.index + 1


def _failed(run: NodeRun) -> int:
    return 0 if run.past is None else int(run.past.state["failed"])


def _reread(run: NodeRun) -> tuple[Items, Iterator[Any]]:
    """Go on behind the last item, after a wait or a crash."""
    assert run.past is not None  # noqa: S101 - as above
    items = items_of(run.config, run.past)
    return items, iter(items)


def _parent(run: NodeRun) -> dict[str, Any]:
    """Find the loop around: `loop` is still this one's, but not at its start."""
    around = run.scope.get("loop")
    if run.past is not None:
        around = (around or {}).get("parent")
    return {"parent": around} if around else {}


def _holds(run: NodeRun, scope: Any) -> bool:
    condition = run.config["condition"]
    return condition is None or truth_of(condition(scope))
