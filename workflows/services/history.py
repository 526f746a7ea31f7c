"""The steps by which a version was edited, so that each can be undone and redone."""

from dataclasses import dataclass
from typing import Any

from workflows.exceptions import NothingToUndo
from workflows.graph import Definition
from workflows.models import EditStep, WorkflowVersion

#: Steps that a version remembers; the oldest are forgotten.
MOST_STEPS = 100
LONGEST_LABEL = 200


@dataclass(frozen=True, slots=True)
class Author:
    """Who changes the nodes of a version, and what the change is called."""

    label: str = ""
    user: Any = None


@dataclass(frozen=True, slots=True)
class Steps:
    """What can be undone and redone next."""

    undo: EditStep | None
    redo: EditStep | None


def remember(version: WorkflowVersion, before: Definition, author: Author) -> None:
    """Keep the nodes as they were before a change; what was undone is gone by it.

    `version` is locked and has its new revision.
    """
    version.steps.filter(undone=True).delete()
    version.steps.create(
        label=author.label[:LONGEST_LABEL],
        definition=before,
        revision=version.revision,
        user=author.user,
    )
    kept = version.steps.order_by("-pk").values_list("pk", flat=True)[:MOST_STEPS]
    version.steps.filter(pk__lt=list(kept)[-1]).delete()


def swap(version: WorkflowVersion, step: EditStep) -> None:
    """Exchange the nodes of a locked version with those of its step."""
    version.definition, step.definition = step.definition, version.definition
    step.undone = not step.undone


def steps_of(version: WorkflowVersion) -> Steps:
    steps = version.steps.defer("definition").select_related("user")
    return Steps(
        undo=steps.filter(undone=False).order_by("-pk").first(),
        redo=steps.filter(undone=True).order_by("pk").first(),
    )


def next_step(version: WorkflowVersion, *, undone: bool) -> EditStep:
    """Find the step to redo, or to undo; raise `NothingToUndo`."""
    steps = version.steps.filter(undone=undone)
    step = steps.order_by("pk" if undone else "-pk").first()
    if step is None:
        raise NothingToUndo(str(version), is_redo=undone)
    return step


def changes_since(version: WorkflowVersion, revision: int) -> list[EditStep]:
    """List what was done to a version after a revision, the newest first."""
    later = version.steps.filter(revision__gt=revision).defer("definition")
    return list(later.select_related("user").order_by("-revision"))


def definition_at(version: WorkflowVersion, revision: int) -> Definition | None:
    """Give the nodes as they were at a revision, if a step since then knows."""
    later = version.steps.filter(revision__gt=revision).order_by("revision", "pk")
    step = later.first()
    return None if step is None else step.definition
