"""What a panel of the editor is asked for."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest
from django.utils.functional import cached_property

from workflows.graph import Node, find
from workflows.models import WorkflowVersion
from workflows.services import Problem, problems_of

#: What the function of a panel gives: a title, and what its template shows.
Made = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Asked:
    """What a panel is asked for: the version, who looks, and what was typed."""

    request: HttpRequest
    version: WorkflowVersion
    may: dict[str, bool]
    #: What follows the name: the key of a node.
    subject: str = ""
    #: A form that was posted and could not be saved.
    posted: Any = None

    @cached_property
    def problems(self) -> list[Problem]:
        """Say what is wrong with the version, which most panels need not know."""
        return problems_of(self.version)

    @property
    def is_open(self) -> bool:
        """Whether the nodes and the trigger may be changed."""
        return self.may["change"] and not self.version.is_frozen


def found(version: WorkflowVersion, key: str) -> Node:
    try:
        return find(version.definition, key)
    except (KeyError, TypeError):
        raise Http404 from None
