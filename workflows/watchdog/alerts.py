"""Alerts: written with their incident, sent by whichever watchdog takes them first."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings as django_settings
from django.core.mail import send_mail
from django.utils import translation

from workflows.attempts import Errored, attempt
from workflows.conf import settings
from workflows.exceptions import WorkflowError
from workflows.models import Alert, Incident
from workflows.watchdog.judging import sentence

logger = logging.getLogger(__name__)

#: How long one that sends an alert is believed to be at it.
CLAIM = timedelta(minutes=2)
#: How long an alert is tried; later it is news no more.
GIVE_UP = timedelta(days=1)
#: Alerts that one run sends, and seconds that a webhook has to answer.
MOST, TIMEOUT = 10, 5
#: The first status of HTTP that is not a success.
NOT_DONE = 300


class WebhookRefused(WorkflowError):
    """A webhook that took nothing; the address may hold a secret and is not told."""

    def __init__(self, url: str, why: object) -> None:
        host = urlsplit(url).hostname or "?"
        super().__init__(f"The alert webhook at {host} took nothing: {why}.")


def announce(incident: Incident, about: str) -> None:
    """Write the alerts about the start or the end of an incident, one per channel."""
    text = sentence(incident.kind, incident.facts)
    if about == Alert.About.INCIDENT:
        logger.error("Incident %s: %s", incident.pk, text)
    else:
        logger.warning("Incident %s is over: %s", incident.pk, incident.kind)
    Alert.objects.bulk_create(
        Alert(incident=incident, about=about, channel=channel)
        for channel in _channels()
    )


def _channels() -> list[Alert.Channel]:
    wanted = {
        Alert.Channel.MAIL: bool(recipients()),
        Alert.Channel.WEBHOOK: bool(settings().alert_webhook),
    }
    return [channel for channel, is_wanted in wanted.items() if is_wanted]


def recipients() -> list[str]:
    """List the addresses; newer Djangos know ADMINS without names too."""
    admins: Sequence[Any] = django_settings.ADMINS
    known = [each if isinstance(each, str) else each[1] for each in admins]
    return list(settings().alert_mail) or known


def deliver(now: datetime) -> int:
    """Send what was not sent yet; what fails is logged and tried by the next run."""
    fresh = Alert.objects.free(now).filter(incident__last_seen_at__gt=now - GIVE_UP)
    sent = 0
    for alert in fresh.select_related("incident").order_by("pk")[:MOST]:
        mine = Alert.objects.free(now).filter(pk=alert.pk)
        if mine.update(claimed_until=now + CLAIM):
            sent += _send(alert, now)
    return sent


def _send(alert: Alert, now: datetime) -> bool:
    with translation.override(django_settings.LANGUAGE_CODE):
        answer = attempt(lambda: _SENDERS[alert.channel](_told(alert)))
    alert.claimed_until = None
    if isinstance(answer, Errored):
        logger.error("An alert could not be sent: %s", answer.message)
        alert.error = answer.message[:500]
    else:
        alert.sent_at, alert.error = now, ""
    alert.save(update_fields=["claimed_until", "sent_at", "error"])
    return alert.sent_at is not None


def _told(alert: Alert) -> dict[str, Any]:
    """Describe an alert as the webhook gets it; `text` is for people."""
    incident = alert.incident
    title = str(Incident.Kind(incident.kind).label)
    text = sentence(incident.kind, incident.facts)
    if alert.about == Alert.About.RECOVERY:
        title = translation.gettext("Over: %(title)s") % {"title": title}
    ended = incident.ended_at
    return {
        "id": f"incident-{incident.pk}-{alert.about}",
        "event": str(alert.about),
        "kind": incident.kind,
        "title": title,
        "text": f"{title}. {text}",
        "since": incident.first_seen_at.isoformat(),
        "until": ended.isoformat() if ended else None,
    }


def _mail(told: Mapping[str, Any]) -> None:
    times = "\n".join(
        f"{name}: {told[key]}"
        for name, key in (("Since", "since"), ("Until", "until"))
        if told[key]
    )
    subject = f"[Punctual] {told['title']}"
    send_mail(subject, f"{told['text']}\n\n{times}\n", None, recipients())


def _post(told: Mapping[str, Any]) -> None:
    url = settings().alert_webhook
    try:
        answer = requests.post(url, json=dict(told), timeout=TIMEOUT)
    except requests.RequestException as error:
        raise WebhookRefused(url, type(error).__name__) from None
    if answer.status_code >= NOT_DONE:
        raise WebhookRefused(url, f"status {answer.status_code}")


_SENDERS: dict[str, Callable[[Mapping[str, Any]], None]] = {
    Alert.Channel.MAIL: _mail,
    Alert.Channel.WEBHOOK: _post,
}
