"""Synchronous workflows run in the process that saved, once that is committed."""

import pytest
from django.contrib.auth.models import Group
from django.db import transaction

from workflows.models import Execution

NODE = {"key": "it", "type": "calculation", "config": {"value": "{{ 1 + 1 }}"}}


def test_it_has_run_when_the_transaction_is_over(
    listen, django_capture_on_commit_callbacks
):
    listen("auth.group", nodes=[NODE], synchronous=True)

    with django_capture_on_commit_callbacks(execute=True):
        Group.objects.create(name="new")
        assert Execution.objects.get().status == "queued"

    assert Execution.objects.get().status == "succeeded"


@pytest.mark.django_db(transaction=True)
def test_rolled_back_save_runs_nothing(listen):
    listen("auth.group", nodes=[NODE], synchronous=True)

    with transaction.atomic():
        Group.objects.create(name="new")
        transaction.set_rollback(True)

    assert not Execution.objects.exists()
