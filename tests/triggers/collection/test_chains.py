"""Workflows that save what others listen to."""

from django.contrib.auth.models import Group

from tests.conftest import NOW, drain
from workflows import services
from workflows.models import Execution


def create(name):
    config = {"collection": "auth.group", "values": {"name": name}}
    return {"key": "make", "type": "create", "config": config}


def all_of(version):
    return Execution.objects.filter(version=version).order_by("pk")


def test_node_that_saves_starts_who_listens(listen, make_version, run):
    listener = listen("auth.group")

    first = run(make_version(create("new")))

    assert all_of(listener).get().ancestors == [first.pk]


def test_workflow_that_starts_itself_stops(listen):
    version = listen("auth.group", nodes=[create("{{ trigger.data.name }}!")])

    Group.objects.create(name="a")
    drain()

    assert [each.status for each in all_of(version)] == ["succeeded", "rejected"]
    assert Group.objects.count() == 2


def test_stack_limit_says_how_often(listen):
    version = listen("auth.group", nodes=[create("{{ trigger.data.name }}!")])
    services.change_options(version, {"stack_limit": 3}, NOW)

    Group.objects.create(name="a")
    drain()

    statuses = [each.status for each in all_of(version)]
    assert statuses == ["succeeded"] * 3 + ["rejected"]


def test_two_that_start_each_other_stop(listen):
    one = listen("auth.group", title="One", nodes=[create("{{ trigger.data.name }}1")])
    two = listen("auth.group", title="Two", nodes=[create("{{ trigger.data.name }}2")])

    Group.objects.create(name="a")
    drain()

    done = Execution.objects.filter(status="succeeded")
    assert done.filter(version=one).count() == done.filter(version=two).count() == 2
    assert not Execution.objects.unfinished().exists()


def test_failed_node_takes_back_what_it_started(listen, make_version, run):
    listener = listen("auth.group")
    duplicate = make_version(create("twice"), {**create("twice"), "key": "again"})

    assert run(duplicate).status == "error"

    # The first node is committed with its follower; the second left nothing.
    assert all_of(listener).count() == 1


def test_save_outside_of_nodes_has_no_ancestors(listen, staff):
    version = listen("auth.group")

    staff.save()

    assert all_of(version).get().ancestors == []
