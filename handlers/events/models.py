"""What is stored of events: where they come in, what was sent, and who waits."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from workflows.models import Execution
from workflows.models.fields import TypedJSONField


class EventChannel(models.Model):
    """Where events of one name come in. Its lock makes senders and waiters take turns.

    Without it an event that is sent while a node begins to wait could be seen by
    neither.
    """

    #: The name of an event, or `callback/<execution>/<node>`, which no name can be.
    name = models.CharField(max_length=255, unique=True)
    #: The only execution that listens; NULL: whichever.
    execution = models.BigIntegerField(null=True, db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name


class SentEvent(models.Model):
    """One event; it is kept for those who begin to wait a little later."""

    channel = models.ForeignKey(EventChannel, models.CASCADE, related_name="events")
    #: What it is about, such as the number of an order; empty: nothing special.
    correlation = models.CharField(max_length=200, blank=True)
    payload = TypedJSONField(null=True)
    #: Equal for repeats of the same event; NULL: nobody said.
    key = models.CharField(max_length=200, null=True)  # noqa: DJ001 - texts must differ
    sent_at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "key"], name="one_event_per_key"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} of {self.channel_id}"


class EventWait(models.Model):
    """A node that waits, or has waited, for an event of a channel."""

    channel = models.ForeignKey(EventChannel, models.CASCADE, related_name="waits")
    #: The job that waits.
    execution = models.ForeignKey(
        Execution,
        models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
        verbose_name=_("execution"),
    )
    number = models.PositiveIntegerField()
    node_key = models.CharField(max_length=64)
    #: What the event must be about; empty: whatever.
    correlation = models.CharField(max_length=200, blank=True)
    #: Events up to this one were looked at.
    after = models.BigIntegerField(default=0)
    #: It still waits.
    is_open = models.BooleanField(default=True)
    #: The node is in a loop, so that it may wait again.
    repeats = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["channel", "is_open"], name="who_waits_for_an_event"),
        ]

    def __str__(self) -> str:
        return f"{self.execution_id}.{self.number}"
