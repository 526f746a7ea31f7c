"""Steps of editing: what undo goes back to, and redo forward."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from workflows.models.fields import TypedJSONField
from workflows.models.workflow import WorkflowVersion


class EditStep(models.Model):
    """One change to the nodes of a version."""

    version = models.ForeignKey(
        WorkflowVersion, models.CASCADE, related_name="steps", verbose_name=_("version")
    )
    #: What was done, in the words and the language of who did it.
    label = models.CharField(_("change"), max_length=200)
    #: The nodes on the other side of the step: before it while it is done, after it
    #: while it is undone. Undo and redo swap them with those of the version.
    definition = TypedJSONField(verbose_name=_("definition"))
    undone = models.BooleanField(_("undone"), default=False)
    #: The revision that the version got when the step was last done or undone.
    revision = models.PositiveIntegerField(_("revision"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["version", "pk"]
        #: Steps are seen and made with their version.
        default_permissions = ()

    def __str__(self) -> str:
        return self.label
