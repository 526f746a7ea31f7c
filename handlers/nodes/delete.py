"""Records deleted by a filter."""

from collections.abc import Mapping
from typing import Any

from django.db.models import ProtectedError, RestrictedError
from django.utils.translation import gettext_lazy as _

from handlers.nodes.update import COUNT, SelectingForm, selected
from workflows.collections import collection
from workflows.contracts import (
    Effect,
    NodeHandler,
    NodeResult,
    NodeRun,
    Shape,
    Succeeded,
)
from workflows.exceptions import WorkflowError


class StillNeeded(WorkflowError):
    """Other records refer to those that were to be deleted, and protect them."""

    def __init__(self, label: str, by: str) -> None:
        super().__init__(
            f"Records of '{label}' cannot be deleted, because records of '{by}' need "
            "them. Delete those first."
        )


class Delete(NodeHandler):
    """Deletes with signals and cascades; gives `{"count": n}` of the collection."""

    type = "delete"
    faults = (
        (
            "The filter has no rules, and not all records are meant",
            "error",
        ),
        (
            "Other records protect those that were to be deleted",
            "error",
        ),
    )
    title = _("Delete records")
    group = "data"
    description = _("Deletes the records of a collection that fit a filter.")
    effect = Effect.DATABASE
    form_class = SelectingForm

    def run(self, run: NodeRun) -> NodeResult:
        model = collection(run.config["collection"])
        try:
            _total, counts = selected(model, run.config).delete()
        except (ProtectedError, RestrictedError) as error:
            raise _still_needed(model._meta.label_lower, error) from error
        return Succeeded({"count": counts.get(model._meta.label, 0)})

    def result_shape(self, config: Mapping[str, Any]) -> Shape:
        return COUNT


def _still_needed(label: str, error: ProtectedError | RestrictedError) -> StillNeeded:
    objects = (
        error.protected_objects
        if isinstance(error, ProtectedError)
        else error.restricted_objects
    )
    return StillNeeded(label, next(iter(objects))._meta.label_lower)
