"""Records read from a collection."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.db.models import Model, QuerySet
from django.utils.translation import gettext, gettext_lazy as _

from workflows.collections import collection, field_of, record
from workflows.contracts import (
    Effect,
    Failed,
    Kind,
    NodeHandler,
    NodeResult,
    NodeRun,
    Shape,
    Succeeded,
)
from workflows.filters import FilterField, filtered
from workflows.forms import IntegerExpression
from workflows.paths import path_of, preload_lookups
from workflows.record_forms import (
    CollectionForm,
    ColumnsField,
    PreloadField,
    SortField,
)
from workflows.record_shapes import record_shape

ONE, LIST, COUNT = "one", "list", "count"
#: Records that one query may give; more are read page by page.
MOST, USUAL = 1_000, 100


class QueryForm(CollectionForm):
    """Says which records, in which order, and what of them."""

    mode = forms.ChoiceField(
        label=_("Result"),
        initial=LIST,
        choices=[
            (ONE, _("the first record")),
            (LIST, _("a list of records")),
            (COUNT, _("how many there are")),
        ],
    )
    filter = FilterField(label=_("Filter"), required=False)
    sort = SortField(
        label=_("Sort"),
        required=False,
        help_text=_("Fields separated by commas; a minus sorts down: -total, name."),
    )
    limit = IntegerExpression(
        label=_("At most"),
        initial=USUAL,
        required=False,
        min_value=1,
        max_value=MOST,
    )
    offset = IntegerExpression(
        label=_("Leave out the first"), initial=0, required=False, min_value=0
    )
    fields = ColumnsField(  # type: ignore[assignment]  # the metaclass takes it away
        label=_("Fields"), required=False, help_text=_("Empty means all.")
    )
    preload = PreloadField(
        label=_("Relations to load"),
        required=False,
        help_text=_("Separated by commas: customer, lines.product."),
    )
    fail_on_empty = forms.BooleanField(
        label=_("Fail if nothing is found"), required=False
    )


class Query(NodeHandler):
    """Gives a record (or nothing), a list of records, or a number."""

    type = "query"
    title = _("Query records")
    group = "data"
    description = _("Reads one record, a list or a count from a collection.")
    effect = Effect.DATABASE
    form_class = QueryForm

    def run(self, run: NodeRun) -> NodeResult:
        config = run.config
        model = collection(config["collection"])
        rows = _sorted(filtered(model, config["filter"]), config["sort"])
        if config["mode"] == COUNT:
            return self._found(run, rows.count())
        offset = config["offset"] or 0
        limit = 1 if config["mode"] == ONE else config["limit"] or USUAL
        records = self._records(run, rows[offset : offset + limit])
        if config["mode"] == ONE:
            return self._found(run, next(iter(records), None))
        return self._found(run, records)

    def result_shape(self, config: Mapping[str, Any]) -> Shape:
        if config["mode"] == COUNT:
            return Shape(Kind.NUMBER)
        only, preload = config["fields"] or (), config["preload"] or ()
        whole = record_shape(config["collection"], preload)
        kept = {name.removesuffix("_id") for name in only}
        kept |= {path.partition(".")[0] for path in preload}
        fields = tuple(
            field
            for field in whole.fields
            if not only or field.name.removesuffix("_id") in kept
        )
        kind = Kind.OBJECT if config["mode"] == ONE else Kind.LIST
        return Shape(kind, fields)

    def _records(self, run: NodeRun, rows: "QuerySet[Model]") -> list[dict[str, Any]]:
        preload, only = run.config["preload"], run.config["fields"]
        rows = rows.prefetch_related(*preload_lookups(rows.model, preload))
        found = [record(row, preload) for row in rows]
        if not only:
            return found
        kept = {field_of(rows.model, name).attname for name in only}
        kept |= {path.partition(".")[0] for path in preload}
        return [{key: row[key] for key in row if key in kept} for row in found]

    def _found(self, run: NodeRun, result: Any) -> NodeResult:
        if not result and run.config["fail_on_empty"]:
            label = run.config["collection"]
            message = gettext("No record of '%s' fits the filter.") % label
            return Failed(message, result)
        return Succeeded(result)


def _sorted(rows: "QuerySet[Model]", names: Iterable[str]) -> "QuerySet[Model]":
    """Sort by the names, and at last by the key, so that pages do not overlap."""
    order = []
    for name in names:
        path = path_of(rows.model, name.removeprefix("-"))
        order.append(("-" if name.startswith("-") else "") + path.lookup)
    return rows.order_by(*order, "pk")
