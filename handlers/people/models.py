"""What is stored of a task: the question, each person's share, what was noted."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from handlers.people.states import Rule, ShareState, TaskState, sources
from workflows.models import Execution, Job, Workflow
from workflows.models.fields import TypedJSONField
from workflows.states import JobStatus


class HumanTaskQuerySet(models.QuerySet["HumanTask"]):
    """Tasks by their state, and the one way to change it."""

    def open(self) -> "HumanTaskQuerySet":
        return self.filter(state=TaskState.OPEN)

    def forsaken(self) -> "HumanTaskQuerySet":
        """Those that are open although nobody waits for them any more."""
        jobs = Job.objects.filter(
            execution=models.OuterRef("execution"), number=models.OuterRef("number")
        )
        waiting = jobs.filter(status=JobStatus.WAITING)
        return self.open().filter(~models.Exists(waiting))

    def move(self, target: TaskState, **values: Any) -> int:
        """Move to `target` those that may; say how many did.

        The only writer of `state`. Fewer than expected means that somebody was
        faster, and that is normal.
        """
        return self.filter(state__in=sources(target)).update(
            state=target, next_at=None, **values
        )


class HumanTask(models.Model):
    """Something that a workflow asks of people, and waits for."""

    #: The job that waits; history outlives what it refers to.
    execution = models.ForeignKey(
        Execution,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("execution"),
    )
    number = models.PositiveIntegerField()
    #: Counts the tries of the node: each asks anew.
    attempt = models.PositiveSmallIntegerField(default=1)
    workflow = models.ForeignKey(
        Workflow,
        models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
        verbose_name=_("workflow"),
    )
    node_key = models.CharField(_("node"), max_length=64)
    title = models.CharField(pgettext_lazy("task", "title"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    rule = models.CharField(_("rule"), max_length=10, choices=Rule, default=Rule.ONE)
    #: How many of a hundred must say yes, for the rule `part`.
    percent = models.PositiveSmallIntegerField(default=100)
    #: What is asked for; see `workflows.questions`.
    questions = TypedJSONField(default=list)
    #: What may be answered; see `handlers.people.outcomes`.
    outcomes = TypedJSONField(default=list)
    may_hand_over = models.BooleanField(default=True)
    state = models.CharField(
        pgettext_lazy("task", "state"),
        max_length=10,
        choices=TaskState,
        default=TaskState.OPEN,
    )
    #: The name of the outcome, once it is done.
    outcome = models.CharField(_("outcome"), max_length=63, blank=True)
    created_at = models.DateTimeField(pgettext_lazy("task", "asked"))
    due_at = models.DateTimeField(_("deadline"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    #: What is to come, the earliest first: `[{"at": moment, "do": "remind"}]`.
    agenda = TypedJSONField(default=list)
    #: When the first of the agenda is; NULL without one, and after the end.
    next_at = models.DateTimeField(null=True, blank=True)
    #: Who is asked in the end: `{"users": [ids], "how": "add"}`; empty: nobody.
    escalation = TypedJSONField(default=dict)

    objects = HumanTaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("task for people")
        verbose_name_plural = _("tasks for people")
        ordering = ["-pk"]
        default_permissions = ("view",)
        permissions = [
            ("answer_humantask", _("Can answer tasks of others and hand them over")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["execution", "number", "attempt"], name="one_task_per_try"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "next_at"], name="which_tasks_come_due"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state == TaskState.OPEN


class TaskShare(models.Model):
    """The share of one person in a task: asked, and in the end answered."""

    task = models.ForeignKey(
        HumanTask, models.CASCADE, related_name="shares", verbose_name=_("task")
    )
    #: NULL once the account is deleted; the name stays.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("person"),
    )
    name = models.CharField(_("person"), max_length=200)
    state = models.CharField(
        pgettext_lazy("task", "state"),
        max_length=15,
        choices=ShareState,
        default=ShareState.OPEN,
    )
    asked_at = models.DateTimeField(pgettext_lazy("task", "asked"))
    #: When the person first opened it; NULL: it is new.
    seen_at = models.DateTimeField(_("seen"), null=True, blank=True)
    #: When the person was last reminded.
    reminded_at = models.DateTimeField(_("reminded"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=63, blank=True)
    comment = models.TextField(_("comment"), blank=True)
    #: The answers to the questions, by name.
    values = TypedJSONField(default=dict)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    #: Who answered, if it was not the person itself.
    answered_by = models.CharField(_("answered by"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("my task")
        verbose_name_plural = _("my tasks")
        ordering = ["-pk"]
        #: Whoever has a share may see it, and nobody else by this model.
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["task", "user"], name="one_share_of_a_task_per_person"
            ),
        ]
        indexes = [
            models.Index(fields=["user", "state", "-id"], name="which_tasks_are_mine"),
        ]

    def __str__(self) -> str:
        return self.task.title


class TaskNote(models.Model):
    """A line in the history of a task: a comment, or what happened to it."""

    class Kind(models.TextChoices):
        """What the line is about."""

        COMMENT = "comment", pgettext_lazy("task", "Comment")
        HANDED_OVER = "handed_over", pgettext_lazy("task", "Handed over")
        REMINDED = "reminded", pgettext_lazy("task", "Reminded")
        ESCALATED = "escalated", pgettext_lazy("task", "Escalated")
        ENDED = "ended", pgettext_lazy("task", "Ended")

    task = models.ForeignKey(HumanTask, models.CASCADE, related_name="notes")
    kind = models.CharField(max_length=15, choices=Kind, default=Kind.COMMENT)
    #: Who; empty: nobody but the clock.
    name = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        default_permissions = ()

    def __str__(self) -> str:
        return self.text
