"""What a version is tested with, and how its last test went."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from workflows.models.fields import TypedJSONField
from workflows.models.workflow import WorkflowVersion
from workflows.states import ExecutionStatus


class Pin(models.Model):
    """A result that a node gives in tests instead of running; runs know nothing of it.

    It belongs to the version and not to its definition: a frozen version may get some.
    """

    version = models.ForeignKey(
        WorkflowVersion, models.CASCADE, related_name="pins", verbose_name=_("version")
    )
    #: Empty for the example of the trigger: what expressions see as `trigger`.
    node_key = models.CharField(_("node"), max_length=64, blank=True)
    result = TypedJSONField(verbose_name=_("result"), null=True, blank=True)
    #: The branch that the node takes; empty goes past its branches.
    branch = models.CharField(_("branch"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("pinned result")
        verbose_name_plural = _("pinned results")
        ordering = ["version", "node_key"]
        #: Pins are seen and made with their version.
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["version", "node_key"], name="one_pin_per_node"
            )
        ]

    def __str__(self) -> str:
        return self.node_key or "trigger"


class Rehearsal(models.Model):
    """The last test of a whole version. It is no execution, and counts nowhere."""

    version = models.OneToOneField(
        WorkflowVersion,
        models.CASCADE,
        related_name="rehearsal",
        verbose_name=_("version"),
    )
    status = models.CharField(_("status"), max_length=10, choices=ExecutionStatus)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    #: The node it began at; empty for the first.
    start = models.CharField(_("node"), max_length=64, blank=True)
    context = TypedJSONField(verbose_name=_("trigger data"), default=dict)
    #: A list of what `services.Played` holds, in the order of their runs.
    steps = TypedJSONField(verbose_name=_("steps"), default=list)
    #: What the nodes were that it played.
    revision = models.PositiveIntegerField(_("revision"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    started_at = models.DateTimeField(_("started"))
    took = models.DurationField(_("duration"))

    class Meta:
        verbose_name = _("test")
        verbose_name_plural = _("tests")
        default_permissions = ()

    def __str__(self) -> str:
        return f"Test of version {self.version_id}"
