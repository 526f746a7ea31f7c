"""`manage.py setupdemo`: all that a visitor needs; what `make run` calls."""

import os
import secrets
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.core.management.base import BaseCommand

from demo.shop import goods
from handlers.models import Work

NAME = "admin"


class Command(BaseCommand):
    help = "Seed the shop, load the examples and create the user 'admin'."

    def handle(self, **options: Any) -> None:
        call_command("seedshop", stdout=self.stdout)
        call_command("loadexamples", stdout=self.stdout)
        self._start_work()
        self._create_admin()

    def _start_work(self) -> None:
        """Prepare the example of background work, and start it once."""
        goods.prepare()
        if not Work.objects.filter(tag=goods.TAG).exists():
            goods.load()
            self.stdout.write("Started the background work 'load_goods'.")

    def _create_admin(self) -> None:
        users = get_user_model()._default_manager
        if users.filter(username=NAME).exists():
            return
        given = os.environ.get("ADMIN_PASSWORD", "")
        password = given or secrets.token_urlsafe(12)
        admin = users.create_superuser(NAME, f"{NAME}@example.com", password)
        # Those whom the examples ask.
        for name in ("sales", "managers"):
            admin.groups.add(Group.objects.get_or_create(name=name)[0])
        shown = "the one in ADMIN_PASSWORD" if given else password
        self.stdout.write(f"Created the user '{NAME}'; the password is {shown}")
