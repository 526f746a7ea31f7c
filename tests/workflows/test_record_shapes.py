"""The shape of records is what records really look like."""

import pytest
from django.contrib.auth.models import Group, User

from workflows.collections import record
from workflows.record_shapes import record_shape
from workflows.shapes import Kind, Shape


@pytest.fixture(autouse=True)
def allowed(settings):
    settings.WORKFLOWS = {"COLLECTIONS": ["auth.user", "auth.group"]}


def kinds(fields):
    return {field.name: field.kind for field in fields}


@pytest.mark.parametrize("preload", [(), ("groups",)])
def test_shape_names_what_a_record_has(db, preload):
    user = User.objects.create(username="ann")
    user.groups.add(Group.objects.create(name="Editors"))

    shape = record_shape("auth.user", preload)

    assert [field.name for field in shape.fields] == list(record(user, preload))


def test_kinds_are_those_of_the_columns():
    found = kinds(record_shape("auth.user").fields)

    assert found["username"] == Kind.TEXT
    assert found["is_active"] == Kind.BOOLEAN
    assert found["date_joined"] == Kind.DATETIME
    assert found["id"] == Kind.NUMBER


def test_a_relation_to_many_is_a_list_of_records():
    groups = record_shape("auth.user", ["groups"]).fields[-1]

    assert (groups.name, groups.kind) == ("groups", Kind.LIST)
    assert kinds(groups.children) == {"id": Kind.NUMBER, "name": Kind.TEXT}


@pytest.mark.parametrize("label", ["auth.permission", "no.such", ""])
def test_what_workflows_may_not_touch_has_no_shape(label):
    assert record_shape(label, ["groups"]) == Shape()


def test_an_unknown_relation_is_left_out():
    assert record_shape("auth.group", ["colour"]) == record_shape("auth.group")
