"""Addresses: made with their workflow's first use, found by a token, made anew."""

import hashlib
import secrets
from datetime import datetime

from django.db import IntegrityError, transaction

from triggers.models import Webhook
from workflows.secrets import SecretUnreadable


def address_of(workflow_id: int, now: datetime) -> Webhook:
    """Find the address of a workflow, or make it."""
    found = Webhook.objects.filter(workflow=workflow_id).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return renew(Webhook(workflow_id=workflow_id), now)
    except IntegrityError:  # somebody was faster
        return Webhook.objects.get(workflow=workflow_id)


def renew(webhook: Webhook, now: datetime) -> Webhook:
    """Give it a new token: what knows only the old one gets nothing any more."""
    token = secrets.token_urlsafe(32)
    webhook.secrets = {**known_secrets(webhook), "token": token}
    webhook.digest, webhook.rotated_at = _digest(token), now
    webhook.save()
    return webhook


def find(token: str) -> Webhook | None:
    """Find an address by what a request brings.

    A digest is looked up: how long that takes says nothing about the token.
    """
    return Webhook.objects.filter(digest=_digest(token)).first()


def known_secrets(webhook: Webhook) -> dict[str, str]:
    """Give what can be read; nothing if the key is gone."""
    try:
        return webhook.secrets
    except SecretUnreadable:
        return {}


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
