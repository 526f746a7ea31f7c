"""The next moment of everything that is scheduled, and pauses."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from workflows.models import WorkflowVersion, marker

#: How long after its moment a schedule is settled whose execution was inserted ahead.
SETTLING = timedelta(seconds=0.5)


class ScheduleQuerySet(models.QuerySet["Schedule"]):
    """Schedules by what is asked of them."""

    def due(self, now: datetime) -> "ScheduleQuerySet":
        return self.filter(next_run_at__lte=now)

    def to_fire(self, now: datetime) -> "ScheduleQuerySet":
        """Those that are due, but for those whose executions can start without us."""
        settled = models.Q(ahead__gt=0, next_run_at__gt=now - SETTLING)
        return self.due(now).exclude(settled)

    def to_insert(self) -> "ScheduleQuerySet":
        """Those that nobody has looked at ahead of their moment."""
        return self.filter(kind=Schedule.Kind.MOMENT, ahead=None)

    def fires(self) -> "ScheduleQuerySet":
        """Those whose next run starts a workflow; the others are searches."""
        return self.exclude(kind=Schedule.Kind.SEARCH)


class Schedule(models.Model):
    """An armed moment: firing it is a claim of the row, not a computation.

    Rows exist while their version is enabled; they go in the transaction that
    disables it, so that nothing fires afterwards.
    """

    class Kind(models.TextChoices):
        MOMENT = "moment", _("Moment")  #: The version's own next run.
        RECORD = "record", _("Record")  #: The next run for one record.
        SEARCH = (
            "search",
            pgettext_lazy("schedule", "Search"),
        )  #: The next look for records to plan.

    version = models.ForeignKey(
        WorkflowVersion,
        models.CASCADE,
        related_name="schedules",
        verbose_name=_("version"),
    )
    kind = models.CharField(_("kind"), max_length=6, choices=Kind)
    #: The primary key of the record, as text; empty for the other kinds.
    record = models.CharField(_("record"), max_length=255, blank=True)
    #: The label of the model that is searched; signals look it up.
    collection = models.CharField(_("collection"), max_length=200, blank=True)
    #: NULL when nothing is to come: it ended, or it is parked with an error.
    next_run_at = models.DateTimeField(_("next run"), null=True, blank=True)
    #: The execution that is inserted already for the next run; 0 if that must wait
    #: for its moment, NULL if nobody has looked yet.
    ahead = models.BigIntegerField(null=True, blank=True, editable=False)
    last_run_at = models.DateTimeField(_("last run"), null=True, blank=True)
    #: When the version was enabled, to the second; earlier moments do not count.
    armed_at = models.DateTimeField(null=True, blank=True)
    #: Of a record: until here its moments are settled. Of a search: until here the
    #: dates of the collection are planned.
    planned_until = models.DateTimeField(null=True, blank=True)
    #: Where an unfinished search goes on: behind this primary key.
    cursor = models.CharField(max_length=255, blank=True)
    #: The highest primary key that a search has met; newer records lie above it.
    seen = models.BigIntegerField(null=True, blank=True)
    #: Where the round of reading records again goes on: behind this primary key.
    reread = models.CharField(max_length=255, blank=True, default="")
    #: Of a record: the dates that its moment was worked out from; see `stamp`.
    dates = models.CharField(max_length=64, blank=True, default="")
    #: Why it is parked, as a sentence.
    error = models.TextField(_("error"), blank=True)

    objects = ScheduleQuerySet.as_manager()

    class Meta:
        verbose_name = _("schedule")
        verbose_name_plural = _("schedules")
        ordering = ["next_run_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "kind", "record"], name="one_row_per_record"
            ),
        ]
        indexes = [
            models.Index(fields=["next_run_at", "id"], name="which_fire_next"),
            models.Index(fields=["collection"], name="who_watches_a_collection"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.version}"


class PauseQuerySet(models.QuerySet["Pause"]):
    """Pauses, the one that lasts and those that are over."""

    def lasting(self) -> "PauseQuerySet":
        return self.filter(lasting=True)

    def covering(self, moment: datetime) -> "PauseQuerySet":
        over = models.Q(resumed_at__gt=moment) | models.Q(resumed_at=None)
        return self.filter(over, paused_at__lte=moment)


class Pause(models.Model):
    """A time in which no schedule fires, by the decision of a person."""

    paused_at = models.DateTimeField(_("paused"))
    paused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("paused by"),
    )
    resumed_at = models.DateTimeField(_("resumed"), null=True, blank=True)
    #: True while it lasts, else NULL: one at a time.
    lasting = marker(editable=False)

    objects = PauseQuerySet.as_manager()

    class Meta:
        verbose_name = _("pause")
        verbose_name_plural = _("pauses")
        ordering = ["-paused_at"]
        constraints = [
            models.UniqueConstraint(fields=["lasting"], name="one_pause_at_a_time"),
        ]
        permissions = [("pause_schedules", _("Can pause and resume all schedules"))]

    def __str__(self) -> str:
        return f"Pause since {self.paused_at:%Y-%m-%d %H:%M:%S}"
