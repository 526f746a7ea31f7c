"""The addresses at which workflows are called."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from workflows.models import Workflow
from workflows.secrets import seal, unseal


class Webhook(models.Model):
    """The address of a workflow, which all its versions share, and its secrets.

    What is secret is encrypted; requests find the row by a digest of the token.
    """

    workflow = models.OneToOneField(
        Workflow,
        models.CASCADE,
        related_name="webhook",
        verbose_name=_("workflow"),
    )
    #: SHA-256 of the token, in hex.
    digest = models.CharField(max_length=64, unique=True, editable=False)
    #: `{"token", "signature", "user", "password", "bearer"}`, encrypted.
    sealed = models.TextField(editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    #: When its token was made.
    rotated_at = models.DateTimeField(_("address made"), editable=False)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["workflow__title", "pk"]

    def __str__(self) -> str:
        return str(self.workflow)

    @property
    def secrets(self) -> dict[str, str]:
        """What is stored; raises `SecretUnreadable` if its key is gone."""
        stored: dict[str, str] = unseal(self.sealed) or {}
        return stored

    @secrets.setter
    def secrets(self, values: dict[str, Any]) -> None:
        self.sealed = seal(values)
