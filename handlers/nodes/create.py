"""New records in a collection."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from handlers.writing import read_values, write
from workflows.collections import collection, record
from workflows.contracts import (
    Effect,
    Kind,
    NodeHandler,
    NodeResult,
    NodeRun,
    Shape,
    Succeeded,
)
from workflows.paths import preload_lookups
from workflows.record_forms import ManyValuesField, PreloadField, WritingForm
from workflows.record_shapes import record_shape


class CreateForm(WritingForm):
    """Names the collection and the values of the new records."""

    values = ManyValuesField(
        label=_("Values"),
        help_text=_("An object for one record, a list of objects for many."),
    )
    preload = PreloadField(label=_("Relations to load"), required=False)


class Create(NodeHandler):
    """Saves each record with its signals; gives the record, or the list of them."""

    type = "create"
    faults = (
        (
            "The collection is not allowed any more",
            "error",
        ),
        (
            "A value or a record is refused by the model or the database",
            "error",
        ),
    )
    title = _("Create records")
    group = "data"
    description = _("Adds one record or many to a collection.")
    effect = Effect.DATABASE
    form_class = CreateForm

    def run(self, run: NodeRun) -> NodeResult:
        given = run.config["values"]
        if isinstance(given, list):
            return Succeeded([self._create(run, each) for each in given])
        return Succeeded(self._create(run, given))

    def result_shape(self, config: Mapping[str, Any]) -> Shape:
        one = record_shape(config["collection"], config["preload"] or ())
        match config["values"]:
            case Mapping():
                return one
            case list():
                return Shape(Kind.LIST, one.fields)
            case _:
                return Shape()

    def _create(self, run: NodeRun, given: Any) -> dict[str, Any]:
        model = collection(run.config["collection"])
        preload = run.config["preload"]
        preload_lookups(model, preload)
        instance = model()
        values = read_values(model, given)
        return record(
            write(instance, values, full_clean=run.config["full_clean"]), preload
        )
