"""What is chosen of records: some of their fields, and some of related ones."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from django.db.models import Model

from workflows.collections import collection
from workflows.contracts import Field, Shape
from workflows.exceptions import WorkflowError
from workflows.forms import PathsField
from workflows.paths import column_of
from workflows.record_shapes import record_shape

#: Names as they are nested in a record; None is all of a part.
Tree: TypeAlias = dict[str, "Tree | None"]


@dataclass(frozen=True, slots=True)
class Columns:
    """The chosen parts of a record, and what must be loaded for them."""

    preload: Sequence[str]
    #: None: all of it.
    wanted: Tree | None

    @classmethod
    def read(
        cls, model: type[Model], fields: Iterable[str], preload: Sequence[str]
    ) -> "Columns":
        """Understand paths such as `customer.name`; raise a `WorkflowError`."""
        columns = [column_of(model, path) for path in fields]
        if not columns:
            return cls(preload, None)
        wanted: Tree = {}
        for path, column in columns:
            _add(wanted, [*path.split("."), column] if path else [column])
        for path in preload:
            _add(wanted, path.split("."))
        return cls([*preload, *(path for path, _column in columns if path)], wanted)

    def choose(self, row: dict[str, Any]) -> dict[str, Any]:
        chosen: dict[str, Any] = _chosen(row, self.wanted)
        return chosen


def columns_shape(config: Mapping[str, Any]) -> Shape:
    """Tell what records look like of which this is chosen; anything if it is wrong.

    `config` is as it is stored, with `collection`, `fields` and `preload`.
    """
    label, paths = config["collection"] or "", PathsField().to_python
    try:
        columns = Columns.read(
            collection(label), paths(config["fields"]), paths(config["preload"])
        )
    except WorkflowError:
        return Shape()
    whole = record_shape(label, columns.preload)
    return replace(whole, fields=_chosen_fields(whole.fields, columns.wanted))


def _add(tree: Tree, names: Sequence[str]) -> None:
    *around, last = names
    for name in around:
        inside = tree.setdefault(name, {})
        if inside is None:
            return
        tree = inside
    tree[last] = None


def _chosen(row: Any, wanted: Tree | None) -> Any:
    if wanted is None or row is None:
        return row
    if isinstance(row, list):
        return [_chosen(each, wanted) for each in row]
    return {name: _chosen(row[name], part) for name, part in wanted.items()}


def _chosen_fields(fields: Iterable[Field], wanted: Tree | None) -> tuple[Field, ...]:
    if wanted is None:
        return tuple(fields)
    return tuple(
        replace(field, children=_chosen_fields(field.children, wanted[field.name]))
        for field in fields
        if field.name in wanted
    )
