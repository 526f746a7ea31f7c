"""Incidents: suspected, confirmed, over; each opens and ends once, whoever watches."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F

from workflows.conf import settings
from workflows.models import Incident
from workflows.watchdog.alerts import announce
from workflows.watchdog.judging import Finding

#: How long after the first look a second one confirms what it saw.
CONFIRMS = timedelta(seconds=30)
#: The longest that one must be gone which keeps coming back.
MOST_PATIENCE = timedelta(hours=1)


def note(findings: Iterable[Finding], now: datetime) -> list[Incident]:
    """Keep the incidents in step with what was found; give those that were.

    Alerts are written in the transaction that confirms or ends an incident.
    """
    seen = {finding.kind: _seen(finding, now) for finding in findings}
    for incident in Incident.objects.lasting().exclude(kind__in=seen):
        _settle(incident, now)
    return [each for each in seen.values() if each is not None]


def _seen(finding: Finding, now: datetime) -> Incident | None:
    incident = _opened(finding, now)
    if incident is None:
        return None
    incident.facts, incident.last_seen_at = dict(finding.facts), now
    incident.save(update_fields=["facts", "last_seen_at"])
    if incident.confirmed_at is None and now >= incident.first_seen_at + CONFIRMS:
        _confirm(incident, now)
    return incident


def _opened(finding: Finding, now: datetime) -> Incident | None:
    """Find the lasting incident or make it; None if another watchdog just did."""
    lasting = Incident.objects.lasting().filter(kind=finding.kind).first()
    if lasting is not None:
        return lasting
    try:
        with transaction.atomic():
            return Incident.objects.create(
                kind=finding.kind,
                first_seen_at=now,
                last_seen_at=now,
                patience=_patience(finding.kind, now),
                lasting=True,
            )
    except IntegrityError:
        return None


def _patience(kind: Incident.Kind, now: datetime) -> timedelta:
    """Wait twice as long before the end of one that was over only a while ago.

    So one that flaps is told about at most once an hour after a few rounds.
    """
    first = settings().recovered_after
    ended = Incident.objects.filter(kind=kind).exclude(ended_at=None)
    last = ended.order_by("-ended_at").first()
    if last is None or last.ended_at is None:
        return first
    if now - last.ended_at > max(MOST_PATIENCE, first):
        return first
    return max(first, min(2 * last.patience, MOST_PATIENCE))


def _confirm(incident: Incident, now: datetime) -> None:
    with transaction.atomic():
        mine = Incident.objects.filter(pk=incident.pk, confirmed_at=None)
        if mine.update(confirmed_at=now):
            announce(incident, "incident")
    incident.confirmed_at = now


def _settle(incident: Incident, now: datetime) -> None:
    """End what was not seen for its patience; forget a suspicion at once."""
    mine = Incident.objects.filter(pk=incident.pk, lasting=True)
    if incident.confirmed_at is None:
        mine.filter(confirmed_at=None, last_seen_at__lt=now).delete()
        return
    with transaction.atomic():
        gone = mine.filter(last_seen_at__lte=now - F("patience"))
        if gone.update(ended_at=now, lasting=None):
            announce(incident, "recovery")
