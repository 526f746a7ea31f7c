"""Fields that workflows neither see nor set, wherever they are named."""

import pytest
from django.contrib.auth.models import User

from handlers.nodes.aggregate import Aggregate
from handlers.nodes.create import Create
from handlers.nodes.query import Query
from handlers.nodes.update import Update
from tests.handlers.conftest import problems, run_node
from workflows.coercion import settable
from workflows.collections import field_of, record
from workflows.exceptions import FieldUnknown
from workflows.paths import path_of
from workflows.record_shapes import record_shape

USERS = {"collection": "auth.user"}
BY_HASH = {"rules": [{"field": "password", "op": "starts_with", "value": "pbkdf2"}]}


@pytest.fixture(autouse=True)
def allowed(settings):
    settings.WORKFLOWS = {"COLLECTIONS": ["auth", "admin"]}


def test_record_lacks_them(db):
    user = User.objects.create_user("ann", password="secret")

    assert "password" not in record(user)
    assert "password" not in run_node(Query, mode="one", **USERS).result


def test_shape_lacks_them():
    names = [field.name for field in record_shape("auth.user").fields]

    assert "username" in names
    assert "password" not in names


@pytest.mark.parametrize("find", [field_of, settable, path_of])
def test_nothing_finds_them(find):
    with pytest.raises(FieldUnknown, match="no field 'password'") as caught:
        find(User, "password")

    assert "password" not in str(caught.value).partition("It has:")[2]


@pytest.mark.parametrize(
    ("handler", "config"),
    [
        (Query, {"filter": BY_HASH}),
        (Query, {"sort": "password"}),
        (Query, {"fields": "password"}),
        (Aggregate, {"function": "max", "field": "password"}),
        (Aggregate, {"group_by": "password"}),
        (Update, {"all": True, "values": {"password": "x"}}),
        (Create, {"values": {"username": "x", "password": "x"}}),
    ],
)
def test_no_setting_may_name_them(handler, config):
    [sentence] = problems(handler, **USERS, **config).values()

    assert "no field 'password'" in sentence


def test_no_path_leads_to_them():
    rules = [{"field": "user.password", "op": "eq", "value": "x"}]

    found = problems(Query, collection="admin.logentry", filter={"rules": rules})

    assert "'auth.user' has no field 'password'" in found["filter"]


def test_setting_names_fields_of_one_model(settings):
    settings.WORKFLOWS["HIDDEN_FIELDS"] = ["auth.User.email"]
    settings.WORKFLOWS = {**settings.WORKFLOWS}

    names = [field.name for field in record_shape("auth.user").fields]

    assert "password" in names
    assert "email" not in names


def test_new_record_does_without_them(db):
    run_node(Create, values={"username": "ann"}, **USERS)

    assert not User.objects.get().check_password("")
