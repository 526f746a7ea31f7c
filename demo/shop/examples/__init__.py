"""The example workflows, as documents, and how two of them come into the database."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from workflows import registry, services
from workflows.models import Workflow, WorkflowVersion

#: Where the documents are; `demo.shop.workflow_types` offers them as templates.
FOLDER = Path(__file__).parent
#: Those that `manage.py loadexamples` enables, in this order.
NAMES = ("every-minute", "date-field")


def document(name: str) -> dict[str, Any]:
    """Read an example, as an export would write it."""
    return services.read_template(registry.templates.get(name))


def create(name: str) -> WorkflowVersion:
    """Create the workflow of an example, disabled."""
    return services.create_from_template(name)


def load(now: datetime) -> Iterator[str]:
    """Create and enable the examples that are not there, by title; give the titles.

    One that a person has deleted is left deleted.
    """
    for name in NAMES:
        title = document(name)["title"]
        if not Workflow.objects.filter(title=title).exists():
            services.enable(create(name), now)
            yield title
