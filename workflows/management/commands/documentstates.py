"""`manage.py documentstates`: the states in Markdown, from the table of moves."""

import inspect
import re
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand
from django.db import models

from workflows.states import (
    FINAL,
    TRANSITIONS,
    ExecutionStatus,
    JobStatus,
    sources,
)


class Command(BaseCommand):
    help = "Print the part of docs/explanation/states.md between its two marks."

    def handle(self, **options: Any) -> None:
        self.stdout.write("\n".join(_page()))


def _page() -> Iterator[str]:
    yield "```mermaid"
    yield from diagram()
    yield "```\n"
    yield "## The states of executions\n"
    yield from _table(ExecutionStatus)
    yield "\n## The states of jobs\n"
    yield from _table(JobStatus)


def diagram() -> Iterator[str]:
    """Draw the table of moves; what nothing leads to begins in its state."""
    yield "stateDiagram-v2"
    for status in ExecutionStatus:
        if status == ExecutionStatus.QUEUED or not sources(status):
            yield f"    [*] --> {status}"
    for source in ExecutionStatus:
        for target in ExecutionStatus:
            if target in TRANSITIONS[source]:
                yield f"    {source} --> {target}"
    for status in ExecutionStatus:
        if status in FINAL:
            yield f"    {status} --> [*]"


def _table(states: type[models.TextChoices]) -> Iterator[str]:
    yield "| state | meaning |"
    yield "|---|---|"
    told = sentences(states)
    for state in states:
        yield f"| `{state}` | {told[state.name]} |"


def sentences(states: type[models.TextChoices]) -> dict[str, str]:
    """Read the sentence behind each state from the source, by the state's name."""
    found = re.findall(
        r"^ +(\w+) = .*#: (.+)$", inspect.getsource(states), re.MULTILINE
    )
    return dict(found)
