"""What an app gives people to begin with: finished workflows to make their own."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Template:
    """A workflow as a document, offered where people make new ones.

    Register it with `workflows.registry.register_template`.
    """

    #: The name in addresses.
    name: str
    title: Any
    description: Any
    #: The heading that it is found under.
    category: Any
    #: The document, as an export writes it.
    path: Path
    #: Templates of other workflows that its document refers to.
    needs: tuple[str, ...] = ()
