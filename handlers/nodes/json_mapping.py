"""A list or an object in another shape."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy as _

from handlers.fields import NotABoolean, require, truth_of
from workflows.contracts import (
    Failed,
    Field,
    Kind,
    NodeHandler,
    NodeResult,
    NodeRun,
    Shape,
    Succeeded,
    shape_of_list,
)
from workflows.exceptions import WorkflowError
from workflows.expressions import ExpressionError
from workflows.forms import EachRoundField, GivenField, NodeForm

LIST, OBJECT = "list", "object"
#: Items that one node may map; more are for a loop.
MOST = 10_000


class NothingToMap(WorkflowError):
    """A source that is neither a list nor an object."""

    def __init__(self, source: object) -> None:
        super().__init__(
            f"'{str(source)[:50]}' ({type(source).__name__}) cannot be mapped. Give a "
            "list or an object."
        )


class ItemNotMapped(WorkflowError):
    """An expression failed on one of the items."""

    def __init__(self, index: int, item: object, error: Exception) -> None:
        super().__init__(f"Item {index} ({str(item)[:50]!r}): {error}")


class KeyRefused(WorkflowError):
    """Something that no key of an object can be."""

    def __init__(self, index: int, key: object) -> None:
        super().__init__(
            f"Item {index} has the key '{str(key)[:50]}' ({type(key).__name__}); a key "
            "is a text or a whole number, and each item has its own."
        )


class JsonMappingForm(NodeForm):
    """Says what is mapped, and what becomes of each item."""

    source = GivenField(
        label=_("List or object"),
        help_text=_("An expression such as {{ nodes.query }}; an object is one item."),
    )
    item = EachRoundField(
        label=_("Each item becomes"),
        help_text=_('{"id": "{{ loop.item.id }}", "place": "{{ loop.index + 1 }}"}'),
    )
    condition = EachRoundField(
        label=_("Only if"),
        required=False,
        help_text=_("Must give true or false: {{ loop.item.total > 10 }}."),
    )
    result = forms.ChoiceField(
        label=_("Result"),
        initial=LIST,
        choices=[(LIST, _("a list")), (OBJECT, _("an object with a key for each"))],
    )
    name = EachRoundField(
        label=_("Key"),
        required=False,
        help_text=_("In an object: {{ loop.item.sku }}."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("result") == OBJECT:
            require(self, ["name"], _("Say what the keys of the object are."))
        return cleaned


class JsonMapping(NodeHandler):
    """Gives a list of the mapped items, or an object of them by key.

    A list has up to 10,000 items. An object is mapped as a single item, and the result
    is that item. In the expressions, `loop` is `{"item", "index", "length"}`; an item
    whose condition is false is left out.
    """

    type = "json_mapping"
    faults = (
        (
            "There are too many items",
            "failed",
        ),
        (
            "The source is nothing to map, or an item lacks what is taken",
            "error",
        ),
    )
    title = _("JSON mapping")
    group = "values"
    description = _("Gives each item of a list, or an object, a new shape.")
    form_class = JsonMappingForm

    def run(self, run: NodeRun) -> NodeResult:
        source, as_object = run.config["source"], run.config["result"] == OBJECT
        is_one = isinstance(source, Mapping)
        items = [source] if is_one else source
        if not isinstance(items, list | tuple):
            raise NothingToMap(source)
        if len(items) > MOST:
            message = gettext("There are %(n)d items, more than %(most)d. Use a loop.")
            return Failed(message % {"n": len(items), "most": MOST})
        pairs = [
            pair for index in range(len(items)) for pair in _map(run, items, index)
        ]
        if as_object:
            return Succeeded(_object(pairs))
        values = [value for _key, value in pairs]
        if is_one:
            return Succeeded(next(iter(values), None))
        return Succeeded(values)

    def result_shape(self, config: Mapping[str, Any]) -> Shape:
        item = config["item"]
        if config["result"] == OBJECT:
            return Shape(Kind.OBJECT)
        names = item if isinstance(item, Mapping) else ()
        return shape_of_list(*(Field(str(name)) for name in names))


def _map(run: NodeRun, items: Any, index: int) -> list[tuple[Any, Any]]:
    """Give the key and the value of an item; nothing if it is left out."""
    config, item = run.config, items[index]
    only_if = config["condition"]
    around = run.scope.get("loop")
    loop = {"item": item, "index": index, "length": len(items)}
    scope = {**run.scope, "loop": {**loop, **({"parent": around} if around else {})}}
    try:
        if not (only_if is None or truth_of(only_if(scope))):
            return []
        key = config["name"](scope) if config["result"] == OBJECT else index
        return [(key, config["item"](scope))]
    except (ExpressionError, NotABoolean) as error:
        raise ItemNotMapped(index, item, error) from error


def _object(pairs: list[tuple[Any, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for index, (key, value) in enumerate(pairs):
        is_fit = isinstance(key, str | int) and not isinstance(key, bool)
        if not is_fit or str(key) in found:
            raise KeyRefused(index, key)
        found[str(key)] = value
    return found
