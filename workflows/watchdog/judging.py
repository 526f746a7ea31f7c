"""From figures to findings: what is wrong, in a word and in a sentence."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, ngettext

from workflows.conf import settings
from workflows.models import Incident
from workflows.watchdog.vitals import Vitals

Kind = Incident.Kind


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong now, with its figures."""

    kind: Incident.Kind
    facts: Mapping[str, Any]


def judge(vitals: Vitals) -> list[Finding]:
    """List what is wrong; a consequence is left out where its cause is in the list."""
    return [*_of_workers(vitals), *_of_schedulers(vitals), *_of_messages(vitals)]


def _of_workers(vitals: Vitals) -> Iterator[Finding]:
    facts = {"count": vitals.runnable, "seconds": 0}
    if vitals.oldest is not None:
        facts["seconds"] = round(vitals.oldest.total_seconds())
    if not vitals.workers:
        yield Finding(Kind.NO_WORKER, facts)
    elif vitals.oldest is not None and vitals.oldest > settings().stalled_after:
        yield Finding(Kind.BEHIND if vitals.advances else Kind.STALLED, facts)


def _of_schedulers(vitals: Vitals) -> Iterator[Finding]:
    if not vitals.schedulers:
        yield Finding(Kind.NO_SCHEDULER, {})
    elif vitals.overdue is not None and vitals.overdue > settings().stalled_after:
        seconds = round(vitals.overdue.total_seconds())
        yield Finding(Kind.OVERDUE, {"seconds": seconds})


def _of_messages(vitals: Vitals) -> Iterator[Finding]:
    if vitals.messages is None:
        yield Finding(Kind.BROKER, {})


def sentence(kind: str, facts: Mapping[str, Any]) -> str:
    """Say what is wrong and what to do, in the language of the reader."""
    count = int(facts.get("count", 0))
    places = {"count": count, "seconds": facts.get("seconds", 0)}
    match Kind(kind):
        case Kind.NO_WORKER:
            text = ngettext(
                "No worker is alive, and %(count)d execution waits. "
                "Start a cluster: manage.py runcluster.",
                "No worker is alive, and %(count)d executions wait. "
                "Start a cluster: manage.py runcluster.",
                count,
            )
        case Kind.NO_SCHEDULER:
            text = gettext(
                "No scheduler is alive; the watchdog stands in once per run. "
                "Start one: manage.py runcluster or runscheduler."
            )
        case Kind.STALLED:
            text = ngettext(
                "%(count)d execution waits, for %(seconds)d s, and no node ended "
                "meanwhile although workers live. Restart the clusters.",
                "%(count)d executions wait, the first for %(seconds)d s, and no node "
                "ended meanwhile although workers live. Restart the clusters.",
                count,
            )
        case _:
            text = _other_sentence(Kind(kind), count)
    return text % places


def _other_sentence(kind: Incident.Kind, count: int) -> str:
    if kind == Kind.BEHIND:
        return ngettext(
            "%(count)d execution waits, for %(seconds)d s, while all workers are busy. "
            "Add workers, or find out what keeps them.",
            "%(count)d executions wait, the first for %(seconds)d s, while all workers "
            "are busy. Add workers, or find out what keeps them.",
            count,
        )
    if kind == Kind.OVERDUE:
        return gettext(
            "A schedule is due for %(seconds)d s and does not fire although a "
            "scheduler lives. Restart the schedulers."
        )
    return gettext(
        "What carries wake-ups does not answer. Workers look for work only when they "
        "are woken: look after Redis or the broker's database."
    )
