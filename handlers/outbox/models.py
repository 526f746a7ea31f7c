"""What pages are open, what is on its way to them, and notifications that stay."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from handlers.conf import settings as work_settings
from workflows.harmless import straight


class OpenPageQuerySet(models.QuerySet["OpenPage"]):
    """Pages by whether they are still believed open."""

    def open(self, now: datetime) -> "OpenPageQuerySet":
        return self.filter(seen_at__gt=now - work_settings().page_timeout)


class OpenPage(models.Model):
    """A page of the admin that somebody has open, as it reports itself."""

    #: Made by the page at random; one for each tab.
    key = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="+",
        verbose_name=_("user"),
    )
    #: The address that it shows.
    path = models.CharField(_("address"), max_length=500)
    seen_at = models.DateTimeField(_("seen"), db_index=True)

    objects = OpenPageQuerySet.as_manager()

    class Meta:
        verbose_name = _("open page")
        verbose_name_plural = _("open pages")
        default_permissions = ()

    def __str__(self) -> str:
        return self.path


class PageCommand(models.Model):
    """A command on its way to one page; taking it deletes it, so it comes once."""

    page = models.ForeignKey(OpenPage, models.CASCADE, related_name="commands")
    name = models.CharField(max_length=40)
    value = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.name} for page {self.page_id}"


class Notification(models.Model):
    """A notification that stays until somebody puts it away."""

    #: What handlers call it by; the same number replaces it.
    number = models.PositiveIntegerField(_("no."), unique=True)
    title = models.CharField(pgettext_lazy("work", "title"), max_length=200, blank=True)
    message = models.TextField(_("message"), blank=True)
    #: Percent, if it shows how far something has come.
    progress = models.PositiveSmallIntegerField(_("progress"), null=True, blank=True)
    #: Whether somebody may answer it; the answer goes to the rows of `onReply`.
    asks = models.BooleanField(_("asks for an answer"), default=False)
    #: The work that has left it, and whose array hears the answer.
    work = models.ForeignKey(
        "handlers.Work",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("background work"),
    )
    changed_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-changed_at"]
        # To change one is to answer it.
        default_permissions = ("view", "change", "delete")

    def __str__(self) -> str:
        return straight(self.title or self.message[:50])
