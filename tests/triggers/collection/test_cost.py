"""Saving costs nothing more where no workflow listens."""

from time import monotonic

import pytest
from django.contrib.auth.models import Group, User

from triggers import listening
from triggers.collection.saving import remember, saved
from triggers.models import Listener


@pytest.fixture
def known(db):
    listening.heard(listening.Kind.COLLECTION, [])


def test_save_that_nobody_hears_needs_no_query(known, django_assert_num_queries):
    group = Group(name="new", pk=5)

    with django_assert_num_queries(0):
        remember(Group, group, using="default")
        saved(Group, group, created=False, using="default")


def test_listener_to_another_collection_costs_nothing(
    listen, known, django_assert_num_queries
):
    listen("auth.group")
    user = User.objects.create(username="ada")

    with django_assert_num_queries(0):
        remember(User, user, using="default")
        saved(User, user, created=False, using="default")


def test_disabling_is_heard_by_processes_that_remember(listen, contexts):
    version = listen("auth.group")
    listening.heard(listening.Kind.COLLECTION, [])
    # Another process disables it: this one's memory is left as it is.
    Listener.objects.filter(version=version).delete()

    Group.objects.create(name="new")

    assert contexts() == []


def test_enabling_is_heard_by_processes_after_their_patience(
    listen, contexts, monkeypatch
):
    version = listen("auth.group")
    Listener.objects.all().delete()
    listening._memory.forget()
    listening.heard(listening.Kind.COLLECTION, [])
    # Another process enables it.
    Listener.objects.create(version=version, kind="collection", subject="auth.group")
    later = monotonic() + listening.PATIENCE
    monkeypatch.setattr(listening, "monotonic", lambda: later)

    Group.objects.create(name="new")

    assert len(contexts()) == 1
