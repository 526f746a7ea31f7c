"""The form of the trigger: which records, what happens to them, a condition."""

from typing import Any

from django import forms
from django.db.models import Model
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from workflows.collections import field_of
from workflows.expressions import ScopeNames
from workflows.filters import FilterField
from workflows.forms import ConfigForm, PathsField
from workflows.record_forms import CollectionForm, PreloadField

CREATED, UPDATED, DELETED = "created", "updated", "deleted"
EVENTS = [
    (CREATED, pgettext_lazy("record", "created")),
    (UPDATED, pgettext_lazy("record", "updated")),
    (DELETED, pgettext_lazy("record", "deleted")),
]
#: What the condition may ask besides the record as it is now.
SCOPE = ScopeNames(
    roots=frozenset({"trigger", "now"}),
    fields={"trigger": frozenset({"data", "date", "before", "event", "changed"})},
)


class ChangedField(PathsField):
    """Fields of the record itself, or lists of related records that it keeps."""

    def check_against(self, model: type[Model], value: Any) -> None:
        lists = {field.name for field in model._meta.many_to_many}
        for name in value:
            if name not in lists:
                field_of(model, name)


class CollectionTriggerForm(CollectionForm):
    """Names a collection and what happens to its records."""

    events = forms.MultipleChoiceField(
        label=_("When a record is"),
        choices=EVENTS,
        initial=[CREATED, UPDATED],
        widget=forms.CheckboxSelectMultiple,
    )
    changed = ChangedField(
        label=_("Only if one of these fields changed"),
        required=False,
        help_text=_("Names separated by commas, for updates. None: any field."),
    )
    filter = FilterField(
        label=_("Condition"),
        required=False,
        help_text=_(
            "The record must fit after it was saved, or before it is deleted. "
            "{{ trigger.before.status }} is a value from before the update."
        ),
    )
    preload = PreloadField(
        label=_("Relations"),
        required=False,
        help_text=_("Relations to load with the record: customer, lines.product."),
    )

    def __init__(self, *args: Any, scope: ScopeNames | None = None, **kwargs: Any):
        super().__init__(*args, scope=SCOPE, **kwargs)


class ManualCollectionForm(ConfigForm):
    """Names a record, as if something had just happened to it."""

    record = forms.CharField(
        label=_("Record"), max_length=255, help_text=_("The key of the record.")
    )
