"""Records read from a collection."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from django import forms
from django.db.models import Model, QuerySet
from django.utils.translation import gettext, gettext_lazy as _

from handlers.columns import Columns, columns_shape
from workflows.collections import collection, record
from workflows.contracts import (
    Effect,
    Failed,
    Field,
    Kind,
    NodeHandler,
    NodeResult,
    NodeRun,
    Shape,
    Succeeded,
    shape_of_fields,
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

ONE, LIST, PAGE, COUNT = "one", "list", "page", "count"
#: Records that one query may give; more are read page by page.
MOST, USUAL = 1_000, 100
#: The largest offset and page: what every database can count to.
LARGEST = 1_000_000_000
#: The numbers of a page.
COUNTS = {"page": _("Page"), "pages": _("Pages"), "total": _("Number of records")}

Config: TypeAlias = Mapping[str, Any]
Rows: TypeAlias = "QuerySet[Model]"


class QueryForm(CollectionForm):
    """Says which records, in which order, and what of them."""

    mode = forms.ChoiceField(
        label=_("Result"),
        initial=LIST,
        choices=[
            (ONE, _("the first record")),
            (LIST, _("a list of records")),
            (PAGE, _("a page of records, and how many there are")),
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
        label=_("Leave out the first"),
        initial=0,
        required=False,
        min_value=0,
        max_value=LARGEST,
    )
    page = IntegerExpression(
        label=_("Page"),
        initial=1,
        min_value=1,
        max_value=LARGEST,
        help_text=_("Counted from 1; each has as many records as said above."),
    )
    fields = ColumnsField(  # type: ignore[assignment]  # the metaclass takes it away
        label=_("Fields"),
        required=False,
        help_text=_("Separated by commas: number, customer.name. Empty means all."),
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
    """Gives a record (or nothing), a list of records, a page of them, or a number.

    A page is `{"records", "page", "pages", "total", "has_next"}`, of `limit` records;
    pages are counted from 1, and one behind the last is empty.
    """

    type = "query"
    faults = (
        (
            "Nothing is found, and it is to fail then",
            "failed",
        ),
        (
            "The collection is not allowed any more",
            "error",
        ),
        (
            "A value of the filter does not suit its field",
            "error",
        ),
    )
    title = _("Query records")
    group = "data"
    description = _("Reads one record, a list, a page or a count from a collection.")
    effect = Effect.DATABASE
    form_class = QueryForm

    def run(self, run: NodeRun) -> NodeResult:
        config = run.config
        model = collection(config["collection"])
        rows = _sorted(filtered(model, config["filter"]), config["sort"])
        result = _READ[config["mode"]](config, rows)
        found = result["records"] if config["mode"] == PAGE else result
        if not found and config["fail_on_empty"]:
            message = gettext("No record of '%s' fits the filter.")
            return Failed(message % config["collection"], result)
        return Succeeded(result)

    def result_shape(self, config: Mapping[str, Any]) -> Shape:
        if config["mode"] == COUNT:
            return Shape(Kind.NUMBER)
        one = columns_shape(config)
        if config["mode"] == ONE:
            return one
        records = Shape(Kind.LIST, one.fields)
        if config["mode"] == LIST:
            return records
        counts = (Field(name, title, Kind.NUMBER) for name, title in COUNTS.items())
        return shape_of_fields(
            records.named("records", _("Records")),
            *counts,
            Field("has_next", _("There are more pages"), Kind.BOOLEAN),
        )


def _one(config: Config, rows: Rows) -> Any:
    offset = config["offset"] or 0
    return next(iter(_records(config, rows[offset : offset + 1])), None)


def _list(config: Config, rows: Rows) -> list[dict[str, Any]]:
    offset, limit = config["offset"] or 0, config["limit"] or USUAL
    return _records(config, rows[offset : offset + limit])


def _page(config: Config, rows: Rows) -> dict[str, Any]:
    size, page, offset = config["limit"] or USUAL, config["page"], config["offset"] or 0
    total = max(rows.order_by().count() - offset, 0)
    start, end = (page - 1) * size, page * size
    return {
        "records": _records(config, rows[offset + start : offset + end]),
        "page": page,
        "pages": -(-total // size),
        "total": total,
        "has_next": end < total,
    }


def _count(_config: Config, rows: Rows) -> int:
    return rows.count()


_READ = {ONE: _one, LIST: _list, PAGE: _page, COUNT: _count}


def _records(config: Config, rows: Rows) -> list[dict[str, Any]]:
    columns = Columns.read(rows.model, config["fields"], config["preload"])
    rows = rows.prefetch_related(*preload_lookups(rows.model, columns.preload))
    return [columns.choose(record(row, columns.preload)) for row in rows]


def _sorted(rows: Rows, names: Iterable[str]) -> Rows:
    """Sort by the names, and at last by the key, so that pages do not overlap."""
    order = []
    for name in names:
        path = path_of(rows.model, name.removeprefix("-"))
        order.append(("-" if name.startswith("-") else "") + path.lookup)
    return rows.order_by(*order, "pk")
