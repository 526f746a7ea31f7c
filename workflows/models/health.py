"""What the watchdog saw and did: its checks, incidents, alerts and restarts."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from workflows.models.fields import marker


class HealthCheck(models.Model):
    """One look of a watchdog at whether work is being done."""

    host = models.CharField(_("host"), max_length=255)
    checked_at = models.DateTimeField(_("checked"))
    #: The names of what is wrong; empty means that all is well.
    findings = models.JSONField(_("findings"), default=list)
    #: Processes that are believed alive.
    workers = models.PositiveIntegerField(_("workers"))
    schedulers = models.PositiveIntegerField(_("schedulers"))
    #: Executions that a worker may take; counted up to a limit.
    runnable = models.PositiveIntegerField(_("runnable"))
    #: Seconds that the first of them waits, and that the first schedule is late.
    oldest = models.FloatField(_("oldest"), null=True)
    overdue = models.FloatField(_("overdue"), null=True)
    #: Wake-ups that nobody has taken; NULL if what carries them does not answer.
    messages = models.PositiveIntegerField(_("wake-ups"), null=True)

    class Meta:
        verbose_name = _("health check")
        verbose_name_plural = _("health checks")
        ordering = ["-pk"]
        default_permissions = ()
        indexes = [models.Index(fields=["checked_at"], name="which_checks_are_old")]

    def __str__(self) -> str:
        return f"{self.host} {self.checked_at:%Y-%m-%d %H:%M:%S}"


class IncidentQuerySet(models.QuerySet["Incident"]):
    """Incidents by whether they last."""

    def lasting(self) -> "IncidentQuerySet":
        """Those that are not over, mere suspicions among them."""
        return self.filter(lasting=True)

    def confirmed(self) -> "IncidentQuerySet":
        """Those that a second look has found too."""
        return self.exclude(confirmed_at=None)

    def over_before(self, moment: datetime) -> "IncidentQuerySet":
        return self.filter(ended_at__lt=moment)


class Incident(models.Model):
    """Something that is wrong for a while, told once at its start and once at its end.

    A first look makes a suspicion, a second one confirms it. It ends only after it was
    not seen for `patience`, so that what comes and goes is one incident.
    """

    class Kind(models.TextChoices):
        NO_WORKER = "no_worker", _("No worker is alive")
        NO_SCHEDULER = "no_scheduler", _("No scheduler is alive")
        STALLED = "stalled", _("Work waits and no worker takes it")
        BEHIND = "behind", _("Workers do not keep up")
        OVERDUE = "overdue", _("Schedules are due and do not fire")
        BROKER = "broker", _("What carries wake-ups does not answer")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    #: Figures of the last look, such as `{"seconds": 95, "count": 3}`.
    facts = models.JSONField(default=dict)
    first_seen_at = models.DateTimeField(_("first seen"))
    last_seen_at = models.DateTimeField(_("last seen"))
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    #: How long it must be gone to be over; longer for one that keeps coming back.
    patience = models.DurationField()
    #: True while it lasts, else NULL: one of a kind, however many watchdogs there are.
    lasting = marker(editable=False)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        ordering = ["-pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "lasting"], name="one_incident_of_a_kind"
            ),
        ]

    def __str__(self) -> str:
        return f"Incident {self.pk}: {self.kind}"


class AlertQuerySet(models.QuerySet["Alert"]):
    """Alerts by whether they went out."""

    def unsent(self) -> "AlertQuerySet":
        return self.filter(sent_at=None)

    def free(self, now: datetime) -> "AlertQuerySet":
        """Those that no watchdog is sending at this moment."""
        idle = models.Q(claimed_until=None) | models.Q(claimed_until__lte=now)
        return self.unsent().filter(idle)


class Alert(models.Model):
    """One message about an incident on one channel, kept until it went out."""

    class About(models.TextChoices):
        INCIDENT = "incident", _("Incident")
        RECOVERY = "recovery", _("Recovery")

    class Channel(models.TextChoices):
        MAIL = "mail", _("Mail")
        WEBHOOK = "webhook", _("Webhook")

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="alerts")
    about = models.CharField(max_length=10, choices=About)
    channel = models.CharField(max_length=10, choices=Channel)
    sent_at = models.DateTimeField(null=True)
    #: A watchdog is sending it; past this moment it is taken for dead.
    claimed_until = models.DateTimeField(null=True)
    #: Why it could not be sent the last time.
    error = models.CharField(max_length=500, blank=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        ordering = ["pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "about", "channel"], name="one_alert_each"
            ),
        ]

    def __str__(self) -> str:
        return f"Alert {self.pk}: {self.about} by {self.channel}"


class Restart(models.Model):
    """A signal that a watchdog sent to a process of ours to have it started again."""

    #: In place of a signal: none was sent yet.
    REMEMBERED = "none"

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="restarts")
    host = models.CharField(max_length=255)
    pid = models.PositiveIntegerField()
    #: When the process began, in seconds since 1970: a pid alone may be another's.
    began = models.FloatField()
    signal = models.CharField(max_length=10)
    sent_at = models.DateTimeField()

    class Meta:
        verbose_name = _("restart")
        verbose_name_plural = _("restarts")
        ordering = ["pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "host", "pid", "signal"], name="one_signal_each"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.signal} to {self.host}:{self.pid}"
