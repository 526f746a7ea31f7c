"""Workflows and their versions."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, gettext_lazy as _, pgettext_lazy

from workflows.graph import empty
from workflows.harmless import straight
from workflows.models.fields import TypedJSONField, marker
from workflows.options import Options


def label_of(title: str, number: int) -> str:
    """Name a version in messages."""
    names = {"number": number, "title": straight(title)}
    return gettext("Version %(number)s of '%(title)s'") % names


class Category(models.Model):
    """A tab that workflows are sorted under."""

    name = models.CharField(
        pgettext_lazy("category", "name"), max_length=100, unique=True
    )
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return straight(self.name)


class WorkflowQuerySet(models.QuerySet["Workflow"]):
    """Workflows as people see them, and those that they deleted."""

    def present(self) -> "WorkflowQuerySet":
        return self.filter(archived_at=None)

    def archived(self) -> "WorkflowQuerySet":
        return self.exclude(archived_at=None)


class Workflow(models.Model):
    """The identity of a workflow; what it does is in its versions."""

    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    categories = models.ManyToManyField(
        Category, blank=True, related_name="workflows", verbose_name=_("categories")
    )
    #: Executions ever created, over all versions; nothing subtracts from it.
    run_count = models.BigIntegerField(_("runs"), default=0, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("created by"),
    )
    #: Deleted by a person; purged once no history refers to it.
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = WorkflowQuerySet.as_manager()

    class Meta:
        verbose_name = _("workflow")
        verbose_name_plural = _("workflows")
        ordering = ["title", "pk"]
        permissions = [
            ("enable_workflow", _("Can enable and disable workflows")),
            ("execute_workflow", _("Can run workflows by hand")),
            ("test_node", _("Can test nodes")),
        ]

    def __str__(self) -> str:
        return straight(self.title)


class VersionQuerySet(models.QuerySet["WorkflowVersion"]):
    """Versions by their part in the workflow."""

    def enabled(self) -> "VersionQuerySet":
        return self.filter(enabled=True)

    def current(self) -> "VersionQuerySet":
        return self.filter(current=True)

    def present(self) -> "VersionQuerySet":
        return self.filter(archived_at=None)

    def options_of(self, version_ids: Iterable[int]) -> dict[int, Options]:
        """Read the options by version; unlike the definition, they may change."""
        rows = self.filter(pk__in=set(version_ids)).values_list("pk", "options")
        return {pk: Options.read(stored) for pk, stored in rows}


class WorkflowVersion(models.Model):
    """One numbered version: a trigger, options and the definition of the nodes."""

    workflow = models.ForeignKey(
        Workflow, models.CASCADE, related_name="versions", verbose_name=_("workflow")
    )
    number = models.PositiveIntegerField(_("version"), default=1, editable=False)
    trigger_type = models.CharField(_("trigger"), max_length=64)
    #: The configuration that the trigger type's form describes.
    trigger_config = TypedJSONField(
        verbose_name=_("trigger settings"), default=dict, blank=True
    )
    #: `{"schema": 1, "nodes": [...]}`; see `workflows.graph`.
    definition = TypedJSONField(verbose_name=_("definition"), default=empty)
    #: `{"timeout": seconds, "concurrency": "queue", …}`; see `workflows.options`.
    options = TypedJSONField(verbose_name=_("options"), default=dict, blank=True)
    #: Runs in the calling process instead of a worker; fixed at creation.
    synchronous = models.BooleanField(
        _("synchronous"),
        default=False,
        help_text=_("Run in the process of the caller; nodes that wait are refused."),
    )
    enabled = marker(verbose_name=_("enabled"), editable=False)
    current = marker(verbose_name=_("current"), editable=False)
    #: Executions ever created from this version; above 0 it is frozen.
    run_count = models.BigIntegerField(_("runs"), default=0, editable=False)
    #: Counts changes; an edit names the one it started from.
    revision = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = VersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        ordering = ["workflow", "-number"]
        #: Who may do what is asked of the workflow.
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["workflow", "number"], name="one_version_per_number"
            ),
            models.UniqueConstraint(
                fields=["workflow", "enabled"], name="one_enabled_version"
            ),
            models.UniqueConstraint(
                fields=["workflow", "current"], name="one_current_version"
            ),
            models.CheckConstraint(
                condition=Q(enabled=True) | Q(enabled__isnull=True),
                name="enabled_is_true_or_null",
            ),
            models.CheckConstraint(
                condition=Q(current=True) | Q(current__isnull=True),
                name="current_is_true_or_null",
            ),
        ]

    def __str__(self) -> str:
        return label_of(self.workflow.title, self.number)

    @property
    def is_frozen(self) -> bool:
        """It has executed, so that what it did stays what it says."""
        return self.run_count > 0

    @property
    def behaviour(self) -> Options:
        return Options.read(self.options)

    def copied_values(self) -> dict[str, Any]:
        """List what a copy of this version takes over."""
        return {
            "trigger_type": self.trigger_type,
            "trigger_config": self.trigger_config,
            "definition": self.definition,
            "options": self.options,
            "synchronous": self.synchronous,
        }
