"""`manage.py rotatesecrets`: encrypt every stored secret with the newest key."""

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db.models import Model

from workflows.secrets import SecretUnreadable, rotated


class Command(BaseCommand):
    help = "Encrypt all stored secrets with the newest key, so that old ones can go."

    def handle(self, **_options: Any) -> None:
        done, lost = 0, 0
        for model in apps.get_models():
            if any(field.name == "sealed" for field in model._meta.fields):
                for row in model._default_manager.exclude(sealed=""):
                    if _rotate(model, row):
                        done += 1
                    else:
                        lost += 1
                        self.stderr.write(f"{model._meta.label}: {row}: unreadable")
        self.stdout.write(f"{done} secrets have the newest key, {lost} are unreadable.")


def _rotate(model: type[Model], row: Any) -> bool:
    """Write it anew, unless somebody was faster; say whether it can be read."""
    try:
        text = rotated(row.sealed)
    except SecretUnreadable:
        return False
    unchanged = model._default_manager.filter(pk=row.pk, sealed=row.sealed)
    unchanged.update(sealed=text)
    return True
