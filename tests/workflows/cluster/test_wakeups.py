"""Wake-ups past the database: losing one must not fail what is committed already."""

import pytest
from django.db import transaction

from workflows.cluster import wake, wakeups


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_away_fails_nothing(monkeypatch, caplog):
    def refuse(*args, **kwargs):
        raise ConnectionError("nobody there")

    monkeypatch.setattr(wakeups, "_broker", object)
    monkeypatch.setattr(wakeups, "async_task", refuse)

    with transaction.atomic():
        wake([1])

    assert "nobody there" in caplog.text
