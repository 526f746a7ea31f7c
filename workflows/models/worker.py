"""Worker processes and schedulers, as far as others need to know of them."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _


class WorkerQuerySet(models.QuerySet["Worker"]):
    """Processes by whether they are believed alive."""

    def alive(self, now: datetime) -> "WorkerQuerySet":
        return self.filter(lease_until__gt=now)


class Worker(models.Model):
    """A process that runs executions or schedules, and until when it is believed."""

    class Kind(models.TextChoices):
        WORKER = "worker", _("Worker")  #: Runs executions.
        SCHEDULER = "scheduler", _("Scheduler")  #: Fires schedules and wakes workers.

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    host = models.CharField(_("host"), max_length=255)
    pid = models.PositiveIntegerField(_("process"))
    started_at = models.DateTimeField(_("started"))
    #: Renewed while it lives; past it, its executions go to others.
    lease_until = models.DateTimeField(_("lease until"))
    #: Whether it holds a lock that ends with it; if not, only the lease tells.
    has_lock = models.BooleanField(default=False)

    objects = WorkerQuerySet.as_manager()

    class Meta:
        verbose_name = _("worker")
        verbose_name_plural = _("workers")
        default_permissions = ("view",)
        indexes = [models.Index(fields=["lease_until"], name="which_are_alive")]

    def __str__(self) -> str:
        return f"{self.host}:{self.pid}"
