"""The two example workflows, as documents, and how they come into the database."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from workflows import services
from workflows.codec import decode
from workflows.models import Workflow, WorkflowVersion

#: What `document` takes, in the order in which they are loaded.
NAMES = ("every-minute", "date-field")


def document(name: str) -> dict[str, Any]:
    """Read an example: `{"title", "description", "trigger", "definition"}`."""
    path = Path(__file__).with_name(f"{name}.json")
    read: dict[str, Any] = decode(path.read_text(encoding="utf-8"))
    return read


def create(name: str) -> WorkflowVersion:
    """Create the workflow of an example, disabled."""
    example = document(name)
    trigger = example["trigger"]
    with transaction.atomic():
        version = services.create(
            example["title"],
            trigger["type"],
            trigger["config"],
            definition=example["definition"],
        )
        Workflow.objects.filter(pk=version.workflow_id).update(
            description=example["description"]
        )
    return version


def load(now: datetime) -> Iterator[str]:
    """Create and enable the examples that are not there, by title; give the titles.

    One that a person has deleted is left deleted.
    """
    for name in NAMES:
        title = document(name)["title"]
        if not Workflow.objects.filter(title=title).exists():
            services.enable(create(name), now)
            yield title
