"""Who listens to what: asked at every save and every end, answered from memory.

What is in memory may be a second old in other processes: a version that was enabled is
heard by all of them within `PATIENCE`, by this one at once. One that was disabled is
not heard any more, since whoever finds a subject in memory asks the database.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from time import monotonic

from django.db import transaction

from triggers.models import Listener

#: For how long, in seconds, a process believes what it has read.
PATIENCE = 1.0

Kind = Listener.Kind


@dataclass(frozen=True, slots=True)
class _Known:
    subjects: frozenset[tuple[str, str]]
    until: float


class _Memory:
    """What this process knows; threads share it, and replace it as a whole."""

    def __init__(self) -> None:
        self._known: _Known | None = None
        #: Counts what made the memory wrong: an answer older than that is not kept.
        self._turn = 0

    def subjects(self) -> frozenset[tuple[str, str]]:
        known, turn, now = self._known, self._turn, monotonic()
        if known is not None and now < known.until:
            return known.subjects
        rows = Listener.objects.values_list("kind", "subject").distinct()
        fresh = _Known(frozenset(rows), now + PATIENCE)
        if turn == self._turn:
            self._known = fresh
        return fresh.subjects

    def forget(self) -> None:
        self._turn += 1
        self._known = None


_memory = _Memory()


def listen(version_id: int, kind: Kind, subjects: Iterable[str]) -> None:
    """Let an enabled version listen to these subjects, and to no others."""
    Listener.objects.filter(version=version_id).delete()
    Listener.objects.bulk_create(
        Listener(version_id=version_id, kind=kind, subject=each) for each in subjects
    )
    forget()


def stop_listening(version_id: int) -> None:
    Listener.objects.filter(version=version_id).delete()
    forget()


def forget() -> None:
    """Ask the database again: now, and once others can see what was changed."""
    _memory.forget()
    transaction.on_commit(_memory.forget)


def heard(kind: Kind, subjects: Iterable[str]) -> list[str]:
    """Tell which of the subjects somebody may listen to; without a query mostly."""
    known = _memory.subjects()
    return [each for each in subjects if (kind.value, each) in known]


def listeners(kind: Kind, subjects: Iterable[str]) -> list[Listener]:
    """Find who listens to the subjects now, with their versions."""
    if not (wanted := heard(kind, subjects)):
        return []
    rows = Listener.objects.filter(kind=kind, subject__in=wanted)
    rows = rows.select_related("version").defer("version__definition")
    return list(rows.order_by("pk"))
