"""What is stored of a message: one row for each person."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy


class InboxMessage(models.Model):
    """A message for one person, read or not."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="+",
        verbose_name=_("person"),
    )
    title = models.CharField(pgettext_lazy("message", "title"), max_length=200)
    text = models.TextField(_("text"), blank=True)
    #: What it comes from; who may see executions is led there.
    execution = models.BigIntegerField(null=True)
    #: The path of a page of this site that it is about; empty: none.
    link = models.CharField(max_length=500, blank=True)
    sent_at = models.DateTimeField(pgettext_lazy("message", "sent"), db_index=True)
    #: NULL: it is new.
    read_at = models.DateTimeField(_("read"), null=True, blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-pk"]
        #: Everybody sees their own, and nobody those of others.
        default_permissions = ()
        indexes = [
            models.Index(fields=["user", "read_at", "-id"], name="what_is_new_for_me"),
        ]

    def __str__(self) -> str:
        return self.title
