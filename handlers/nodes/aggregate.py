"""Numbers about the records of a collection, for all of them or by group."""

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, TypeAlias

from django import forms
from django.db.models import Avg, Count, Max, Min, Model, QuerySet, Sum
from django.db.models.fields import (
    DecimalField,
    DurationField,
    FloatField,
    IntegerField,
)
from django.utils.translation import gettext, gettext_lazy as _

from handlers.fields import require
from workflows.collections import collection
from workflows.contracts import (
    Effect,
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
from workflows.filters import FilterField, filtered
from workflows.forms import IntegerExpression, PathsField
from workflows.paths import Path, path_of
from workflows.record_forms import CollectionForm
from workflows.record_shapes import kind_of

COUNT = "count"
FUNCTIONS: Mapping[str, Any] = {
    COUNT: Count,
    "sum": Sum,
    "avg": Avg,
    "min": Min,
    "max": Max,
}
#: Groups that one node may give.
MOST, USUAL = 1_000, 100
#: The name that the number has beside those of its group.
VALUE = "value"

Rows: TypeAlias = "QuerySet[Model, dict[str, Any]]"


class NothingToAddUp(WorkflowError):
    """A field whose values have no sum or average."""

    def __init__(self, label: str, field: str, function: str) -> None:
        super().__init__(
            f"'{field}' of '{label}' is no number, so that it has no '{function}'. "
            "Choose another field, or count."
        )


class FieldPathField(forms.CharField):
    """A field of the collection, or of records that it leads to: `lines.price`."""

    def check_against(self, model: type[Model], value: Any) -> None:
        path_of(model, value)


class GroupField(PathsField):
    """Fields that records of a group have in common: `status, customer.name`."""

    def check_against(self, model: type[Model], value: Any) -> None:
        for path in value:
            path_of(model, path)


class AggregateForm(CollectionForm):
    """Says what is worked out, of which records, and by which groups."""

    field_order = ["collection", "function", "field", "distinct", "filter"]

    function = forms.ChoiceField(
        label=_("Work out"),
        initial=COUNT,
        choices=[
            (COUNT, _("how many there are")),
            ("sum", _("the sum")),
            ("avg", _("the average")),
            ("min", _("the smallest")),
            ("max", _("the largest")),
        ],
    )
    field = FieldPathField(
        label=_("Of the field"),
        required=False,
        max_length=200,
        help_text=_("Such as total, or lines.price; records are counted without it."),
    )
    distinct = forms.BooleanField(
        label=_("Each value once"),
        required=False,
        help_text=_("Counts or adds up equal values only once."),
    )
    filter = FilterField(label=_("Filter"), required=False)
    group_by = GroupField(
        label=_("By group"),
        required=False,
        help_text=_("Separated by commas: status, customer.name."),
    )
    sort = forms.ChoiceField(
        label=_("Groups are sorted"),
        initial="group",
        choices=[
            ("group", _("by what they have in common")),
            ("-value", _("the largest value first")),
            ("value", _("the smallest value first")),
        ],
    )
    limit = IntegerExpression(
        label=_("Groups at most"), initial=USUAL, min_value=1, max_value=MOST
    )
    places = forms.IntegerField(
        label=_("Decimal places"),
        required=False,
        min_value=0,
        max_value=14,
        help_text=_("Rounds half up; empty does not round."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        function, label = cleaned.get("function"), cleaned.get("collection")
        if function != COUNT or cleaned.get("distinct"):
            require(self, ["field"], gettext("Choose the field that is meant."))
        if label and cleaned.get("field") and not self.errors:
            try:
                _path(collection(label), cleaned["field"], str(function))
            except WorkflowError as error:
                self.add_error("field", str(error))
        return cleaned


class Aggregate(NodeHandler):
    """Gives a number, or with groups a list of them.

    A group is an object of its fields by their paths, and of "value":
    `{"status": "paid", "value": 7}`. Of no records the count and the sum are 0, the
    others nothing. A field behind a relation to many counts each record behind it.
    """

    type = "aggregate"
    faults = (
        (
            "The collection is not allowed any more",
            "error",
        ),
        (
            "The function does not suit the field, such as a sum of texts",
            "error",
        ),
    )
    title = _("Aggregate")
    group = "data"
    description = _("Counts, adds up or compares the records of a collection.")
    effect = Effect.DATABASE
    form_class = AggregateForm

    def run(self, run: NodeRun) -> NodeResult:
        config = run.config
        model = collection(config["collection"])
        rows = filtered(model, config["filter"]).order_by()
        expression = _expression(model, config)
        if not config["group_by"]:
            number = rows.aggregate(**{VALUE: expression})[VALUE]
            return Succeeded(_number(number, config))
        groups = {path: path_of(model, path).lookup for path in config["group_by"]}
        grouped = _grouped(rows, groups.values(), expression, config["sort"])
        found = list(grouped[: config["limit"]])
        return Succeeded(
            [
                {path: row[lookup] for path, lookup in groups.items()}
                | {VALUE: _number(row[VALUE], config)}
                for row in found
            ]
        )

    def result_shape(self, config: Mapping[str, Any]) -> Shape:
        number = Shape(Kind.NUMBER)
        try:
            model = collection(config["collection"])
            if config["function"] in {"min", "max"}:
                number = Shape(kind_of(path_of(model, config["field"]).field))
            groups = [
                Field(path, path, kind_of(path_of(model, path).field))
                for path in PathsField().to_python(config["group_by"])
            ]
        except WorkflowError:
            return Shape()
        value = number.named(VALUE, _("Value"))
        return shape_of_list(*groups, value) if groups else number


def _grouped(rows: Any, lookups: Iterable[str], expression: Any, sort: str) -> Rows:
    order = list(lookups) if sort == "group" else [sort, *lookups]
    found: Rows = rows.values(*lookups).annotate(**{VALUE: expression})
    return found.order_by(*order)


def _expression(model: type[Model], config: Mapping[str, Any]) -> Any:
    function, field = config["function"], config["field"]
    if not field:
        # A group behind a relation to many meets a record more than once.
        return Count("pk", distinct=True)
    path = _path(model, field, function)
    return FUNCTIONS[function](path.lookup, distinct=config["distinct"])


def _path(model: type[Model], field: str, function: str) -> Path:
    path = path_of(model, field)
    kinds = (IntegerField, DecimalField, FloatField, DurationField)
    if function in {"sum", "avg"} and not isinstance(path.field, kinds):
        raise NothingToAddUp(model._meta.label_lower, field, function)
    return path


def _number(value: Any, config: Mapping[str, Any]) -> Any:
    if value is None:
        return 0 if config["function"] == "sum" else None
    places = config["places"]
    if places is None or not isinstance(value, float | Decimal):
        return value
    step = Decimal(1).scaleb(-places)
    return Decimal(str(value)).quantize(step, ROUND_HALF_UP)
