"""The trigger: something happens to a record of a collection."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.utils.translation import gettext, gettext_lazy as _

from triggers.collection.config import config_of
from triggers.collection.forms import (
    EVENTS,
    CollectionTriggerForm,
    ManualCollectionForm,
)
from triggers.listening import Kind, listen, stop_listening
from triggers.words import listed
from workflows.collections import collection, record, record_at
from workflows.contracts import Kind as FieldKind, Shape, Subscription, Trigger
from workflows.filters import is_open
from workflows.record_shapes import record_shape


class CollectionTrigger(Trigger):
    """Starts workflows when records are created, updated or deleted."""

    type = "collection"
    title = _("Record changed")
    description = _(
        "When a record of a collection is created, updated or deleted. Bulk statements "
        "such as update() and bulk_create() send no signal and start nothing."
    )
    form_class = CollectionTriggerForm
    manual_form_class: ClassVar = ManualCollectionForm

    def arm(self, subscription: Subscription, now: datetime) -> None:
        model = config_of(subscription.config).model
        concrete = model._meta.concrete_model or model
        subjects = [concrete._meta.label_lower]
        listen(subscription.version_id, Kind.COLLECTION, subjects)

    def disarm(self, subscription: Subscription) -> None:
        stop_listening(subscription.version_id)

    def describe(self, config: Mapping[str, Any]) -> str:
        model = collection(str(config.get("collection")))
        chosen = config.get("events") or ()
        names = [str(title) for event, title in EVENTS if event in chosen]
        facts = {
            "collection": model._meta.verbose_name_plural,
            "events": listed(names),
            "fields": listed(config.get("changed") or ()),
        }
        if facts["fields"] and "updated" in chosen:
            text = gettext(
                "When a record of “%(collection)s” is %(events)s, updates only of "
                "%(fields)s"
            )
        else:
            text = gettext("When a record of “%(collection)s” is %(events)s")
        words: str = text % facts
        if is_open(config.get("filter")):
            return words
        return gettext("%(words)s, under a condition") % {"words": words}

    def data_shape(self, config: Mapping[str, Any]) -> Shape:
        label = str(config.get("collection") or "")
        return record_shape(label, config.get("preload") or ())

    def more_shapes(self, config: Mapping[str, Any]) -> Mapping[str, Shape]:
        return {
            "event": Shape(FieldKind.TEXT),
            "before": record_shape(str(config.get("collection") or "")),
            "changed": Shape(FieldKind.LIST),
        }

    def context(
        self, config: Mapping[str, Any], values: Mapping[str, Any], now: datetime
    ) -> dict[str, Any]:
        """Make the context as if the record had just been created or updated.

        Whether it meets the condition is not asked.
        """
        read = config_of(config)
        found = record_at(read.model, values.get("record"))
        event = next(name for name, _title in EVENTS if name in read.events)
        return {
            "data": record(found, read.preload),
            "date": now,
            "event": event,
            "before": None,
            "changed": [],
        }
