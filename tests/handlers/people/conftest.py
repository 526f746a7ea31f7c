"""The cast of the tests about tasks, and a workflow that asks them."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User

from handlers.people.answering import Answer, answer
from handlers.people.models import HumanTask
from tests.conftest import NOW, drain
from tests.nodes import node

#: Within any deadline of these tests.
SOON = NOW + timedelta(minutes=5)


@pytest.fixture
def cast(db):
    """Alice and Bob are in the group Buyers; Charlie is not; all enter the admin."""
    people = {
        name: User.objects.create_user(name, is_staff=True)
        for name in ("alice", "bob", "charlie")
    }
    buyers = Group.objects.create(name="Buyers")
    buyers.user_set.set([people["alice"], people["bob"]])
    return people


@pytest.fixture
def ask(cast, make_version, run):
    """Run a workflow that asks; give its execution."""

    def ask(inside=None, **config):
        config = {"title": "Pay?", "users": "alice", **config}
        asks = {"key": "ask", "type": "manual", "config": config}
        if inside:
            asks["branches"] = inside
        return run(make_version(asks, node("echo", "on", key="on")))

    return ask


def task():
    return HumanTask.objects.get()


def share_of(name):
    return task().shares.get(user__username=name)


def says(name, outcome="approve", now=SOON, by=None, comment="", **values):
    """Let somebody answer the only task there is."""
    share = share_of(name)
    return answer(share, Answer(outcome, values, comment), by or share.user, now)


def go_on(execution, now=SOON):
    drain(now)
    execution.refresh_from_db()
    return execution


def result_of(execution):
    return execution.jobs.get(node_key="ask").result


def states():
    return dict(task().shares.values_list("user__username", "state"))
