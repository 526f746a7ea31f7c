"""Jobs: one run of a node each."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from workflows.models.execution import Execution
from workflows.models.fields import TypedJSONField
from workflows.states import JobStatus


class Job(models.Model):
    """One run of one node, with what it got, gave and said."""

    #: Written by the statement that finds the execution: no constraint checks it
    #: again, and the constraint on the number has the index.
    execution = models.ForeignKey(
        Execution,
        models.CASCADE,
        db_constraint=False,
        db_index=False,
        related_name="jobs",
        verbose_name=_("execution"),
    )
    #: Counts the jobs of an execution from 1.
    number = models.PositiveIntegerField(_("no."))
    node_key = models.CharField(_("node"), max_length=64)
    node_type = models.CharField(_("type"), max_length=64)
    status = models.CharField(_("status"), max_length=10, choices=JobStatus)
    #: What the expressions of its configuration gave, by setting.
    input = TypedJSONField(verbose_name=_("input"), null=True, blank=True)
    result = TypedJSONField(verbose_name=_("result"), null=True, blank=True)
    #: The message of a failure or an exception.
    error = models.TextField(_("error"), blank=True)
    traceback = models.TextField(_("traceback"), blank=True)
    log = models.TextField(_("log"), blank=True)
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=1)
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    #: When a node that waits reaches its time limit; NULL if it has none.
    expires_at = models.DateTimeField(null=True, blank=True)
    #: What somebody told the node while it waits; see `services.resume`.
    reply = TypedJSONField(verbose_name=_("reply"), null=True, blank=True)
    #: When; None while nobody has, and again when the node goes on waiting.
    replied_at = models.DateTimeField(_("replied"), null=True, blank=True)
    #: In which rounds and branches it ran: "3", "3.1" in nested loops, "3.mail".
    round = models.CharField(_("round"), max_length=100, blank=True, default="")

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["execution", "number"]
        #: Jobs are seen with their execution; a traceback may tell too much.
        default_permissions = ()
        permissions = [("view_traceback", _("Can view tracebacks"))]
        constraints = [
            models.UniqueConstraint(
                fields=["execution", "number"], name="one_job_per_number"
            ),
        ]

    def __str__(self) -> str:
        return f"Job {self.number} of execution {self.execution_id}"

    @property
    def is_in_branch(self) -> bool:
        """Tell whether branches ran side by side around it."""
        return not self.round.replace(".", "").isdigit()
