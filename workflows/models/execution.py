"""Executions: one run of a workflow each."""

from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from workflows.models.fields import TypedJSONField, marker
from workflows.models.workflow import Workflow, WorkflowVersion
from workflows.states import UNFINISHED, ExecutionStatus, sources

#: How long after its moment an execution that was inserted ahead may be taken.
LATE = timedelta(seconds=10)


class ExecutionQuerySet(models.QuerySet["Execution"]):
    """Executions by their state, and the one way to change it."""

    def unfinished(self) -> "ExecutionQuerySet":
        return self.filter(status__in=UNFINISHED)

    def claimable(self, now: datetime) -> "ExecutionQuerySet":
        """Those that a worker may take: queued, or waiting for a moment that came.

        One that was inserted ahead and that nobody adopted may have been missed.
        """
        runnable = [ExecutionStatus.QUEUED, ExecutionStatus.WAITING]
        taken = self.filter(due_at__lte=now, status__in=runnable)
        return taken.filter(models.Q(ahead=None) | models.Q(due_at__gt=now - LATE))

    def first_since(self, moment: datetime) -> int:
        """Give the key from which on executions were created at `moment` or later.

        Nothing has an index on the creation, but it goes with the key: some twenty
        lookups by key find the place among a million.
        """
        rows = self.order_by("pk").values_list("pk", "created_at")
        first, last = rows.first(), rows.last()
        if first is None or last is None:
            return 1
        low, high = first[0], last[0] + 1
        while low < high:
            middle = (low + high) // 2
            found = rows.filter(pk__gte=middle).first()
            if found is None or found[1] >= moment:
                high = middle
            else:
                low = found[0] + 1
        return low

    def move(self, target: ExecutionStatus, **values: Any) -> int:
        """Move to `target` those that may; say how many did.

        The only writer of `status`. Fewer than expected means that somebody was
        faster, and that is normal.
        """
        return self.filter(status__in=sources(target)).update(status=target, **values)


class Execution(models.Model):
    """One run of one version, from its event to its end."""

    #: History outlives what it refers to: no constraint, nothing cascades.
    workflow = models.ForeignKey(
        Workflow,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="executions",
        verbose_name=_("workflow"),
    )
    version = models.ForeignKey(
        WorkflowVersion,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="executions",
        verbose_name=_("version"),
    )
    #: Names the happening, `version@moment` for a schedule; one execution each.
    event_key = models.CharField(max_length=255)
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=ExecutionStatus,
        default=ExecutionStatus.QUEUED,
    )
    #: Why it ended as it did, in words; empty after a success.
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    #: What expressions see as `trigger`: `{"data": ..., "date": ...}`.
    context = TypedJSONField(verbose_name=_("trigger data"), default=dict)
    output = TypedJSONField(verbose_name=_("output"), null=True, blank=True)
    manual = models.BooleanField(_("started by hand"), default=False)
    #: The moment it was planned for; the start may be later.
    planned_at = models.DateTimeField(_("planned for"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"))
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    #: When it ends as timed out; fixed at the start, waiting counts.
    expires_at = models.DateTimeField(_("times out"), null=True, blank=True)
    #: Ids of the executions that led to this one, the eldest first.
    ancestors = models.JSONField(default=list, blank=True)

    #: When a worker may take it: now if queued, later if waiting, else NULL.
    due_at = models.DateTimeField(null=True, blank=True)
    #: True until it is counted: inserted before its moment; see `services.ahead`.
    ahead = marker(editable=False)
    #: The key of the node that runs next; empty before the first.
    position = models.CharField(max_length=64, blank=True)
    #: The bodies of loops that it is inside of, the outermost first; NULL outside.
    #: Each is `{"key", "job", "index", "item", "length", "state"}`.
    frames = TypedJSONField(null=True, blank=True, editable=False)
    #: Jobs written so far: the next one has this number plus one.
    job_count = models.PositiveIntegerField(default=0)
    #: The fence: each claim adds one, and writes with an older one are dropped.
    token = models.BigIntegerField(default=0)
    #: The worker that has it; no constraint, workers come and go.
    owner = models.BigIntegerField(null=True, blank=True)
    #: Claims since the last progress: those of a worker that died are left over.
    deliveries = models.PositiveSmallIntegerField(default=0)

    objects = ExecutionQuerySet.as_manager()

    class Meta:
        verbose_name = _("execution")
        verbose_name_plural = _("executions")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["event_key"], name="one_execution_per_event"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], name="which_are_due"),
            models.Index(fields=["expires_at"], name="which_time_out"),
            models.Index(fields=["workflow", "-id"], name="history_of_a_workflow"),
            models.Index(fields=["version", "-id"], name="history_of_a_version"),
            models.Index(fields=["status", "-id"], name="history_of_a_status"),
            models.Index(
                fields=["-id"], condition=models.Q(manual=True), name="history_by_hand"
            ),
        ]
        permissions = [
            ("cancel_execution", _("Can cancel executions")),
            ("retry_execution", _("Can run executions again")),
        ]

    def __str__(self) -> str:
        return f"Execution {self.pk}"

    @property
    def is_final(self) -> bool:
        return self.status not in UNFINISHED
