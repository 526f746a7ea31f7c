"""The parts of a version that are edited on its page, a form each."""

from abc import ABC, abstractmethod
from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from workflows import registry, services
from workflows.admin.forms import DefinitionForm, OptionsForm
from workflows.forms import ConfigForm
from workflows.models import WorkflowVersion


class Part(ABC):
    """A form of the version page: how it is filled, and what saving it does."""

    name: str
    title: Any
    #: What the log says when it was saved.
    saved: Any
    #: Whether it may change after the version has run.
    survives_freezing = False

    @abstractmethod
    def form(self, version: WorkflowVersion, data: QueryDict | None) -> forms.Form:
        """Make the form, bound to what was posted or filled with what is stored."""

    def needs_care(self, version: WorkflowVersion) -> bool:
        """Tell whether it has problems, so that it should be open at once."""
        return False

    @abstractmethod
    def save(
        self, version: WorkflowVersion, form: Any, now: datetime, revision: int
    ) -> None:
        """Save a valid form; `revision` is the one that the person saw."""


class TriggerPart(Part):
    """The trigger, by the form of its type."""

    name, title, saved = "trigger", _("Trigger"), _("Changed the trigger.")

    def form(self, version: WorkflowVersion, data: QueryDict | None) -> forms.Form:
        if version.trigger_type not in registry.triggers:
            return forms.Form(data)
        form_class = registry.triggers.get(version.trigger_type).form_class
        initial = form_class.flat(version.trigger_config)
        defaults = {
            name: field.initial for name, field in form_class.base_fields.items()
        }
        return form_class(data, initial={**defaults, **initial}, prefix=self.name)

    def needs_care(self, version: WorkflowVersion) -> bool:
        config = version.trigger_config
        return any(services.trigger_problems(version.trigger_type, config))

    def save(
        self, version: WorkflowVersion, form: Any, now: datetime, revision: int
    ) -> None:
        config = form.config if isinstance(form, ConfigForm) else version.trigger_config
        services.change_trigger(
            version, version.trigger_type, config, now, revision=revision
        )


class OptionsPart(Part):
    """Limits, and what happens when runs overlap."""

    name, title, saved = "options", _("Options"), _("Changed the options.")
    survives_freezing = True

    def form(self, version: WorkflowVersion, data: QueryDict | None) -> forms.Form:
        initial = OptionsForm.initial_of(version.behaviour)
        return OptionsForm(data, initial=initial, prefix=self.name)

    def save(
        self, version: WorkflowVersion, form: Any, now: datetime, revision: int
    ) -> None:
        options = {**version.options, **form.cleaned_data}
        services.change_options(version, options, now)


class DefinitionPart(Part):
    """All nodes as one JSON document."""

    name, title = "definition", _("Definition as JSON")
    saved = _("Changed the definition.")

    def form(self, version: WorkflowVersion, data: QueryDict | None) -> forms.Form:
        initial = {"definition": version.definition}
        return DefinitionForm(data, initial=initial, prefix=self.name)

    def save(
        self, version: WorkflowVersion, form: Any, now: datetime, revision: int
    ) -> None:
        document = form.cleaned_data["definition"]
        author = services.Author(str(self.saved))
        services.change_definition(version, document, revision=revision, author=author)


PARTS: dict[str, Part] = {
    part.name: part for part in (TriggerPart(), OptionsPart(), DefinitionPart())
}
