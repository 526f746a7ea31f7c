"""What is stored of a work: the work itself, its runs, and their steps."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from handlers.work.states import (
    FINAL,
    UNFINISHED,
    WAITING,
    Kind,
    RunState,
    WorkState,
    sources,
)
from workflows.harmless import straight
from workflows.models.fields import TypedJSONField


class WorkQuerySet(models.QuerySet["Work"]):
    """Works by their state, and the one way to change it."""

    def unfinished(self) -> "WorkQuerySet":
        return self.filter(state__in=UNFINISHED)

    def waiting(self) -> "WorkQuerySet":
        return self.filter(state__in=WAITING)

    def claimable(self, now: datetime) -> "WorkQuerySet":
        return self.waiting().filter(due_at__lte=now)

    def move(self, target: WorkState, **values: Any) -> int:
        """Move to `target` those that may; say how many did.

        The only writer of `state`. Fewer than expected means that somebody was
        faster, and that is normal.
        """
        return self.filter(state__in=sources(target)).update(state=target, **values)


class Work(models.Model):
    """An array of handlers, or a transfer, with what it takes to run it."""

    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.ONCE)
    #: A label, not unique: StopWork stops every unfinished work that has it.
    tag = models.CharField(_("tag"), max_length=200, blank=True, db_index=True)
    title = models.CharField(pgettext_lazy("work", "title"), max_length=200, blank=True)
    #: `{"work": [handlers]}` or `{"request": {...}}`, their secrets hidden.
    body = TypedJSONField(verbose_name=_("handlers"), default=dict)
    #: Encrypted: what is hidden in the rest, and the headers of a transfer.
    sealed = models.TextField(editable=False, blank=True)
    retry = models.BooleanField(
        _("retry"),
        default=False,
        help_text=_("After an error it runs again, with growing pauses."),
    )
    #: Names of conditions that must hold, such as `["CONNECTED"]`.
    conditions = models.JSONField(_("conditions"), default=list, blank=True)
    #: Minutes between the end of a run and the next one; periodic works only.
    period = models.PositiveIntegerField(_("period"), null=True, blank=True)
    #: The tag of an unfinished periodic work, else NULL: one schedule for a tag.
    periodic_tag = models.CharField(
        max_length=200, null=True, blank=True, unique=True, editable=False
    )
    #: The variables of the starter, their secrets hidden; every run begins with them.
    stack = TypedJSONField(verbose_name=_("variables"), default=dict)
    #: BreakHandlersIfError held where it was started.
    break_if_error = models.BooleanField(_("break at an error"), default=False)
    database = models.CharField(_("database"), max_length=100, blank=True)
    state = models.CharField(
        pgettext_lazy("work", "state"),
        max_length=10,
        choices=WorkState,
        default=WorkState.ENQUEUED,
    )
    #: The last error, or why it stopped, in words.
    reason = models.TextField(_("reason"), blank=True)
    #: What was done differently from what was asked for, in words.
    note = models.CharField(_("note"), max_length=300, blank=True)
    #: Runs that began, those that were broken off too.
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    #: Failures in a row; the pause grows with them.
    failures = models.PositiveIntegerField(_("failures"), default=0)
    #: Runs of a periodic work that ended, for the keys of its effects.
    rounds = models.PositiveIntegerField(default=0)
    #: When it may run next; NULL while it runs and after its end.
    due_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    #: Conditions that do not hold, and since when.
    unmet = models.JSONField(_("waits for"), default=list, blank=True)
    unmet_since = models.DateTimeField(null=True, blank=True)
    #: `{"done", "total", "speed", "left"}` of a transfer that runs: bytes, seconds; or
    #: `{"doing"}`, the handlers of `runprogress` that are under way.
    progress = models.JSONField(_("progress"), null=True, blank=True)
    #: The variables at its end.
    output = TypedJSONField(verbose_name=_("result"), null=True, blank=True)
    #: The worker that has claimed it; counted by `token`, which fences off the others.
    owner = models.BigIntegerField(null=True, blank=True, editable=False)
    token = models.PositiveIntegerField(default=0, editable=False)
    #: Claims since a run last ended; too many mean that it kills its workers.
    deliveries = models.PositiveSmallIntegerField(default=0, editable=False)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("started by"),
    )
    created_at = models.DateTimeField(pgettext_lazy("work", "created"))
    started_at = models.DateTimeField(_("last start"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects = WorkQuerySet.as_manager()

    class Meta:
        verbose_name = _("background work")
        verbose_name_plural = _("background works")
        ordering = ["-pk"]
        permissions = [
            ("start_work", _("Can start background work")),
            ("stop_work", _("Can stop background work")),
            ("view_work_variables", _("Can view the variables of background work")),
        ]
        indexes = [
            models.Index(fields=["state", "due_at"], name="which_works_are_due"),
            models.Index(fields=["tag", "state"], name="which_works_have_a_tag"),
        ]

    def __str__(self) -> str:
        named = straight(self.tag or self.title)
        return f"{self.pk} ({named})" if named else str(self.pk)

    @property
    def is_final(self) -> bool:
        return self.state in FINAL

    @property
    def is_transfer(self) -> bool:
        return self.kind in {Kind.DOWNLOAD, Kind.UPLOAD}


class WorkRun(models.Model):
    """One run of a work, from its first handler on."""

    work = models.ForeignKey(
        Work, models.CASCADE, related_name="runs", verbose_name=_("background work")
    )
    number = models.PositiveIntegerField(_("no."))
    state = models.CharField(
        pgettext_lazy("work", "state"),
        max_length=10,
        choices=RunState,
        default=RunState.RUNNING,
    )
    #: The process that ran it, as `host:process`.
    worker = models.CharField(_("worker"), max_length=300, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("run of a work")
        verbose_name_plural = _("runs of works")
        ordering = ["work", "number"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["work", "number"], name="one_run_of_a_work_per_number"
            ),
        ]

    def __str__(self) -> str:
        return f"Run {self.number} of work {self.work_id}"


class WorkStep(models.Model):
    """One handler of a run, with the stack before and after it."""

    run = models.ForeignKey(
        WorkRun, models.CASCADE, related_name="steps", verbose_name=_("run")
    )
    number = models.PositiveIntegerField(_("no."))
    type = models.CharField(_("type"), max_length=20)
    method = models.TextField(pgettext_lazy("handler", "method"), blank=True)
    action = models.CharField(pgettext_lazy("handler", "action"), max_length=20)
    before = TypedJSONField(verbose_name=_("stack before"), default=dict)
    after = TypedJSONField(verbose_name=_("stack after"), default=dict)
    error = models.TextField(_("error"), blank=True)
    traceback = models.TextField(_("traceback"), blank=True)
    log = models.TextField(_("log"), blank=True)
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("step of a work")
        verbose_name_plural = _("steps of works")
        ordering = ["run", "number"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["run", "number"], name="one_step_per_number"
            ),
        ]

    def __str__(self) -> str:
        return f"Step {self.number} of run {self.run_id}"


class ApiToken(models.Model):
    """Lets a program start works in the name of a user; only its hash is kept."""

    name = models.CharField(pgettext_lazy("connection", "name"), max_length=100)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="+",
        verbose_name=_("user"),
        help_text=_("The token may do what this user may."),
    )
    #: The first characters, to find it by, and the hash of all of it.
    prefix = models.CharField(_("begins with"), max_length=12, unique=True)
    digest = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    used_at = models.DateTimeField(_("last used"), null=True, blank=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{straight(self.name)} ({self.prefix}…)"
