"""Names that may stand in an expression at a node, with what the last run gave."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from workflows import registry
from workflows.codec import dump
from workflows.contracts import shape_of
from workflows.editor.canvas import title_of
from workflows.editor.samples import Samples
from workflows.expressions import ScopeNames
from workflows.graph import Node, around, walk
from workflows.models import WorkflowVersion
from workflows.node_options import OnError
from workflows.services import scope_at, trigger_names
from workflows.shapes import Field, Kind, Shape

#: Names that are offered at most, how deep they go, and characters of a value.
MOST, DEEPEST, LONGEST_SAMPLE = 500, 3, 80
#: What an item of a list is reached by.
FIRST = "[0]"
MISSING = object()


@dataclass(frozen=True, slots=True)
class Name:
    """A name as people see it before they choose it."""

    path: str
    title: str
    kind: str
    #: What it was in the last run, as short text; empty if that is not known.
    sample: str = ""


def names_at(
    version: WorkflowVersion, key: str, samples: Samples | None
) -> list[dict[str, str]]:
    """List the names that node `key` may use, the nearest results first."""
    scope = scope_at(version.definition, key, trigger_names(version))
    found = _names(version, key, scope)
    all_fields = (each for path, field in found for each in _deep(path, field, samples))
    return [asdict(name) for name in islice(all_fields, MOST)]


def _names(
    version: WorkflowVersion, key: str, scope: ScopeNames
) -> Iterator[tuple[str, Field]]:
    if "loop" in scope.roots:
        yield from _loop_names(version, key)
    nodes = [node for node in walk(version.definition) if node["key"] in scope.nodes]
    for node in reversed(nodes):
        title = node.get("title") or title_of(node["type"])
        shape = _shape(node, "result_shape")
        yield f"nodes.{node['key']}", shape.named(node["key"], title)
    yield from _trigger_names(version)
    for name in sorted(scope.fields.get("vars", ())):
        yield f"vars.{name}", Field(name, _("variable"))
    yield "now", Field("now", _("the current moment"), Kind.DATETIME)
    yield "execution.id", Field("id", _("number of the run"), Kind.NUMBER)
    yield "workflow.title", Field("title", _("name of the workflow"), Kind.TEXT)


def _loop_names(version: WorkflowVersion, key: str) -> Iterator[tuple[str, Field]]:
    looping = registry.looping()
    loops = [n for n in around(version.definition, key) if n["type"] in looping]
    shape = _shape(loops[-1], "item_shape")
    yield "loop.item", shape.named("item", _("what the round is about"))
    yield "loop.index", Field("index", _("number of the round, from 0"), Kind.NUMBER)
    yield "loop.length", Field("length", _("how many rounds"), Kind.NUMBER)


def _trigger_names(version: WorkflowVersion) -> Iterator[tuple[str, Field]]:
    yield "trigger.date", Field("date", _("the planned moment"), Kind.DATETIME)
    if version.trigger_type not in registry.triggers:
        return
    trigger = registry.triggers.get(version.trigger_type)
    fields = trigger.form_class.base_fields.items()
    initial = {name: field.initial for name, field in fields}
    config = {**initial, **version.trigger_config}
    data = trigger.data_shape(config)
    if data.kind is not Kind.NOTHING:
        yield "trigger.data", data.named("data", _("what the trigger is about"))
    for name, shape in trigger.more_shapes(config).items():
        yield f"trigger.{name}", shape.named(name)


def _shape(node: Node, asked: str) -> Shape:
    if node["type"] not in registry.nodes:
        return Shape()
    handler = registry.nodes.get(node["type"])
    shape = shape_of(handler, node.get("config") or {}, asked)
    goes_on = asked == "result_shape" and node.get("on_error") == OnError.CONTINUE.value
    return _or_error(shape) if goes_on else shape


def _or_error(shape: Shape) -> Shape:
    """Add the error that may be the result instead."""
    parts = (
        Field("message", _("message"), Kind.TEXT),
        Field("type", _("type"), Kind.TEXT),
    )
    error = Field("error", _("error, if it went wrong"), Kind.OBJECT, parts)
    return Shape(shape.kind, (*shape.fields, error))


def _deep(
    path: str, field: Field, samples: Samples | None, depth: int = 1
) -> Iterator[Name]:
    """Give a name and the names of its parts."""
    value = _sample(samples, path)
    text = "" if value is MISSING else _short(value)
    yield Name(path, str(field.title), str(field.kind.label), text)
    if depth >= DEEPEST:
        return
    inner = f"{path}{FIRST}" if field.kind is Kind.LIST else path
    for child in field.children or _seen(value):
        yield from _deep(f"{inner}.{child.name}", child, samples, depth + 1)


def _seen(value: Any) -> tuple[Field, ...]:
    """Take the parts of a value for those that it always has."""
    if not isinstance(value, Mapping):
        return ()
    return tuple(Field(name) for name in value if str(name).isidentifier())


def _sample(samples: Samples | None, path: str) -> Any:
    value: Any = MISSING if samples is None else samples
    for part in path.replace(FIRST, ".0").split("."):
        if isinstance(value, Mapping) and part in value:
            value = value[part]
        elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return MISSING
    return value


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else dump(value)
    text = " ".join(text.split())
    whole = len(text) <= LONGEST_SAMPLE
    return text if whole else f"{text[: LONGEST_SAMPLE - 1]}…"
