"""`manage.py health` for people and for programs."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from workflows.models import Worker


@pytest.fixture
def alive(db):
    now = timezone.now()
    for kind in ("worker", "scheduler"):
        until = now + timedelta(seconds=20)
        Worker.objects.create(
            kind=kind, host="one", pid=7, started_at=now, lease_until=until
        )


def test_table_names_every_process(alive, capsys):
    call_command("health")

    out = capsys.readouterr().out
    assert "workers                1\n" in out
    assert "alive  worker    one:7" in out


def test_what_is_wrong_is_said_and_is_the_exit_code(db, capsys):
    with pytest.raises(SystemExit, match="1"):
        call_command("health")

    assert "! No worker is alive" in capsys.readouterr().out


def test_json_has_the_same(alive, capsys):
    call_command("health", "--json")

    told = json.loads(capsys.readouterr().out)
    assert (told["healthy"], told["findings"], told["workers"]) == (True, [], 1)
    assert {each["kind"] for each in told["processes"]} == {"worker", "scheduler"}


def test_json_has_the_exit_code_too(db, capsys):
    with pytest.raises(SystemExit, match="1"):
        call_command("health", "--json")

    assert json.loads(capsys.readouterr().out)["healthy"] is False
