"""Records changed by a filter."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.db import connections
from django.db.models import F, Model, QuerySet
from django.utils.translation import gettext, gettext_lazy as _

from handlers.writing import Values, read_values, write
from workflows.coercion import coerce
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
    shape_of_fields,
)
from workflows.exceptions import WorkflowError
from workflows.filters import FilterField, filtered, is_open, matching
from workflows.record_forms import (
    CollectionForm,
    IncrementsField,
    ValuesField,
    WritingForm,
    numeric,
)

#: What nodes give that touch many records.
COUNT = shape_of_fields(Field("count", _("Number of records"), Kind.NUMBER))


class EverythingMeant(WorkflowError):
    """A filter without rules, where all records would be touched."""

    def __init__(self, label: str) -> None:
        super().__init__(
            f"The filter of '{label}' has no rules, so that every record would be "
            "touched. Add a rule, or say that all are meant."
        )


class NeedsSignals(WorkflowError):
    """Related records cannot be set by one UPDATE."""

    def __init__(self, field: str) -> None:
        super().__init__(
            f"'{field}' holds many records, so that each record must be saved by "
            "itself. Switch signals on."
        )


class SelectingForm(CollectionForm):
    """Selects records: by a filter with rules, or all of them on purpose."""

    filter = FilterField(label=_("Filter"), required=False)
    all = forms.BooleanField(
        label=_("All records"),
        required=False,
        help_text=_("Needed where the filter has no rules."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        is_checked = "filter" not in self.errors and cleaned.get("collection")
        if is_checked and is_open(cleaned.get("filter")) and not cleaned.get("all"):
            self.add_error("filter", str(EverythingMeant(cleaned["collection"])))
        return cleaned


class UpdateForm(SelectingForm, WritingForm):
    """Selects records and says what changes in them.

    The whole model is validated only where each record is saved with its signals.
    """

    values = ValuesField(
        label=_("Values"),
        required=False,
        help_text=_('What the fields become: {"status": "paid"}.'),
    )
    increments = IncrementsField(
        label=_("Increments"),
        required=False,
        help_text=_(
            'What is added to numbers as they are stored: {"stock": -1}. '
            "Two at once both count."
        ),
    )
    signals = forms.BooleanField(
        label=_("Save each record with its signals"),
        required=False,
        help_text=_("Slower, but triggers and the code of the model notice it."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        values, increments = cleaned.get("values"), cleaned.get("increments")
        if not values and not increments and not self.errors:
            self.add_error("values", gettext("Say what changes."))
        if isinstance(values, Mapping) and not self.errors:
            for name in sorted(values.keys() & (increments or {}).keys()):
                message = gettext("'%s' is set and incremented; choose one.") % name
                self.add_error("increments", message)
        return cleaned


class Update(NodeHandler):
    """Gives `{"count": n}`: how many records were changed."""

    type = "update"
    faults = (
        (
            "The filter has no rules, and not all records are meant",
            "error",
        ),
        (
            "A value or a record is refused by the model or the database",
            "error",
        ),
    )
    title = _("Update records")
    group = "data"
    description = _("Changes the records of a collection that fit a filter.")
    effect = Effect.DATABASE
    form_class = UpdateForm

    def run(self, run: NodeRun) -> NodeResult:
        config = run.config
        model = collection(config["collection"])
        values = read_values(model, config["values"] or {})
        steps = {
            numeric(model, name).name: coerce(numeric(model, name), step)
            for name, step in (config["increments"] or {}).items()
        }
        rows = selected(model, config)
        if config["signals"]:
            rows = filtered(model, config["filter"])
            count = _save_each(rows, values, steps, full_clean=config["full_clean"])
        else:
            count = _update(rows, values, steps, run.now)
        return Succeeded({"count": count})

    def result_shape(self, config: Mapping[str, Any]) -> Shape:
        return COUNT


def selected(model: type[Model], config: Mapping[str, Any]) -> "QuerySet[Model]":
    """Give the records that a form selects; raise `EverythingMeant`.

    A record may appear twice; UPDATE and DELETE do not mind.
    """
    if is_open(config["filter"]) and not config["all"]:
        raise EverythingMeant(model._meta.label_lower)
    return model._default_manager.filter(matching(model, config["filter"]))


def _update(
    rows: "QuerySet[Model]", values: Values, steps: Mapping[str, Any], now: datetime
) -> int:
    """Change all by one statement, without signals."""
    if values.links:
        raise NeedsSignals(next(iter(values.links)))
    fields = rows.model._meta.concrete_fields
    automatic = {f.name: now for f in fields if getattr(f, "auto_now", False)}
    added = {name: F(name) + step for name, step in steps.items()}
    return rows.order_by().update(**automatic, **values.columns, **added)


def _save_each(
    rows: "QuerySet[Model]",
    values: Values,
    steps: Mapping[str, Any],
    *,
    full_clean: bool,
) -> int:
    """Lock the records, so that the numbers added to are those that are stored."""
    can_choose = connections[rows.db].features.has_select_for_update_of
    locked = rows.select_for_update(of=("self",) if can_choose else ())
    count = 0
    for instance in locked.order_by("pk"):
        # Nothing plus a number stays nothing, as in SQL.
        stored = {name: getattr(instance, name) for name in steps}
        sums = {n: old + steps[n] for n, old in stored.items() if old is not None}
        whole = Values({**values.columns, **sums}, values.links)
        write(instance, whole, only=True, full_clean=full_clean)
        count += 1
    return count
