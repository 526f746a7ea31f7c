"""Serves plain things of every kind until its input ends; says where, as JSON."""

import json
import sys

from django.contrib.auth import get_user_model

from tests.admin_pages.cast import make, plain
from tests.admin_pages.serving import served, session_of


def main() -> None:
    owner = get_user_model().objects.create_superuser("owner")
    cast = make(owner, plain)
    with served() as address:
        told = {"address": address, "session": session_of(owner), "cast": cast}
        print(json.dumps(told), flush=True)  # noqa: T201 - whoever started it reads it
        sys.stdin.read()
