"""Executions that nodes of other executions have started."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from workflows.models.execution import Execution


class ChildQuerySet(models.QuerySet["Child"]):
    """Children by what their parents want of them."""

    def awaited(self) -> "ChildQuerySet":
        return self.filter(state=Child.State.AWAITED)

    def orphaned(self) -> "ChildQuerySet":
        return self.filter(state=Child.State.ORPHANED)


class Child(models.Model):
    """Says which node of which execution has started an execution."""

    class State(models.TextChoices):
        AWAITED = "awaited", _("Awaited")  #: The node waits for its end.
        ORPHANED = "orphaned", _("Orphaned")  #: The node has given up; it is to end.

    #: Written for executions that exist, and removed with them: no constraint
    #: checks that, as with jobs.
    execution = models.OneToOneField(
        Execution,
        models.CASCADE,
        primary_key=True,
        db_constraint=False,
        related_name="origin",
        verbose_name=_("execution"),
    )
    parent = models.ForeignKey(
        Execution,
        models.CASCADE,
        db_constraint=False,
        related_name="children",
        verbose_name=_("parent"),
    )
    #: The job of the parent that is the run of the node.
    number = models.PositiveIntegerField(_("job"))
    #: None: nobody waits, or the parent has been told of the end.
    state = models.CharField(max_length=10, choices=State, null=True, db_index=True)  # noqa: DJ001 - only the few that are open are in the index

    objects = ChildQuerySet.as_manager()

    class Meta:
        verbose_name = _("sub-workflow")
        verbose_name_plural = _("sub-workflows")
        default_permissions = ()

    def __str__(self) -> str:
        return f"Execution {self.execution_id}, started by {self.parent_id}"
