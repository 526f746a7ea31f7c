"""`/healthz` and `/readyz`: cheap, without login, and silent about the inside."""

from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from workflows import views
from workflows.models import Worker


@pytest.fixture
def alive(db):
    now = timezone.now()
    for kind in ("worker", "scheduler"):
        until = now + timedelta(seconds=20)
        Worker.objects.create(kind=kind, pid=1, started_at=now, lease_until=until)


def test_healthz_answers_without_a_database(client):
    assert client.get("/healthz").json() == {"alive": True}


def test_readyz_says_that_all_is_ready(client, alive):
    response = client.get("/readyz")

    assert (response.status_code, response.json()["reasons"]) == (200, [])
    assert "no-store" in response["Cache-Control"]


def test_readyz_gives_the_reasons(client, db):
    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json() == {
        "ready": False,
        "reasons": ["No scheduler is alive.", "No worker is alive."],
    }


def test_a_web_server_is_ready_without_workers(client, db):
    assert client.get("/readyz?of=web").status_code == 200


def test_readyz_tells_nothing_of_a_database_that_fails(client, db, monkeypatch):
    def refuse(*args):
        raise DatabaseError("no route to db.internal, user punctual")

    monkeypatch.setattr(MigrationRecorder, "applied_migrations", refuse)
    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["reasons"] == ["The database does not answer."]


def test_readyz_sees_missing_migrations(client, alive, monkeypatch):
    monkeypatch.setattr(
        views, "_last_migrations", lambda: frozenset({("workflows", "9999_later")})
    )

    assert client.get("/readyz").json()["reasons"] == ["Migrations are not applied."]


def test_readyz_is_cheap(client, alive, django_assert_max_num_queries):
    client.get("/readyz")

    with django_assert_max_num_queries(3):
        client.get("/readyz")


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_nothing_can_be_sent(client, address):
    assert client.post(address).status_code == 405
