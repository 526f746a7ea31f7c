"""Which enabled versions listen to what."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from workflows.models import WorkflowVersion


class Listener(models.Model):
    """An enabled version that listens to a subject of some kind.

    Rows exist while their version is enabled; they go in the transaction that
    disables it, so that nothing fires afterwards.
    """

    class Kind(models.TextChoices):
        COLLECTION = "collection", _("Collection")  #: The subject is a model's label.
        EXECUTION = "execution", _("Execution")  #: It is the id of a workflow, or "*".

    version = models.ForeignKey(
        WorkflowVersion,
        models.CASCADE,
        related_name="listeners",
        verbose_name=_("version"),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    subject = models.CharField(_("subject"), max_length=200)

    class Meta:
        verbose_name = _("listener")
        verbose_name_plural = _("listeners")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "kind", "subject"], name="one_listener_per_subject"
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "subject"], name="who_listens_to_a_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.version}: {self.kind} {self.subject}"
