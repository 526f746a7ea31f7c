"""Filters: an allow-list of paths and operators becomes a query."""

from datetime import UTC, date, datetime

import pytest
from django.contrib.auth.models import Group, User
from django.db.models import Q

from workflows.coercion import ValueRefused
from workflows.exceptions import CollectionNotAllowed, FieldUnknown
from workflows.filters import (
    OperatorDoesNotFit,
    check_filter,
    filtered,
    is_open,
    matching,
)
from workflows.models import Category, Workflow
from workflows.paths import path_of, preload_lookups

pytestmark = pytest.mark.usefixtures("allow")


@pytest.fixture
def allow(settings):
    settings.WORKFLOWS = {"COLLECTIONS": ["auth.user", "auth.group", "workflows"]}


@pytest.fixture
def people(db):
    """Ada has an address and two groups, Bob has neither."""
    joined = datetime(2026, 1, 1, tzinfo=UTC)
    ada = User.objects.create(username="ada", email="Ada@x.org", date_joined=joined)
    User.objects.create(username="bob", is_active=False, date_joined=joined)
    ada.groups.set([Group.objects.create(name=name) for name in ("one", "two")])


def where(field, op, *value, match="all"):
    rule = {"field": field, "op": op}
    return {
        "match": match,
        "rules": [rule | {"value": each} for each in value] or [rule],
    }


def found(document):
    return list(
        filtered(User, document).order_by("pk").values_list("username", flat=True)
    )


@pytest.mark.parametrize(
    ("field", "op", "value", "names"),
    [
        ("username", "eq", "ada", ["ada"]),
        ("username", "ne", "ada", ["bob"]),
        ("username", "in", ["ada", "eve"], ["ada"]),
        ("username", "in", [], []),
        ("username", "not_in", ["ada"], ["bob"]),
        ("username", "gt", "ada", ["bob"]),
        ("username", "lte", "ada", ["ada"]),
        ("username", "between", ["ada", "b"], ["ada"]),
        ("username", "contains", "d", ["ada"]),
        ("email", "icontains", "ADA", ["ada"]),
        ("email", "starts_with", "Ada", ["ada"]),
        ("email", "ends_with", ".org", ["ada"]),
        ("is_active", "eq", False, ["bob"]),
        ("date_joined", "gte", "2026-01-01", ["ada", "bob"]),
        ("date_joined", "lt", date(2026, 1, 1), []),
        ("groups.name", "eq", "one", ["ada"]),
        ("groups.name", "in", ["one", "two"], ["ada"]),
        ("pk", "lt", 0, []),
    ],
)
def test_operator_selects(field, op, value, names, people):
    assert found(where(field, op, value)) == names


@pytest.mark.parametrize(
    ("field", "op", "names"),
    [
        ("email", "is_empty", ["bob"]),
        ("email", "is_not_empty", ["ada"]),
        ("last_login", "is_empty", ["ada", "bob"]),
        ("groups", "is_empty", ["bob"]),
        ("groups", "is_not_empty", ["ada"]),
    ],
)
def test_emptiness_needs_no_value(field, op, names, people):
    assert found(where(field, op)) == names


def test_any_rule_may_fit(people):
    assert found(where("username", "eq", "ada", "bob", match="any")) == ["ada", "bob"]


def test_all_rules_must_fit(people):
    assert found(where("username", "eq", "ada", "bob")) == []


def test_groups_nest(people):
    inner = where("username", "eq", "ada", "eve", match="any")
    document = where("is_active", "eq", True)
    document["rules"].append(inner)

    assert found(document) == ["ada"]


@pytest.mark.parametrize("document", [None, {}, {"rules": []}])
def test_filter_without_rules_lets_everything_through(document):
    assert is_open(document) is True
    assert matching(User, document) == Q()


@pytest.mark.parametrize(
    "path",
    ["nix", "username__regex", "password__startswith", "username.x", "_state", "", "+"],
)
def test_path_without_such_a_field_is_refused(path):
    with pytest.raises(FieldUnknown, match="has no field"):
        check_filter(User, where(path, "eq", 1))


@pytest.mark.parametrize("path", ["user_permissions.codename", "logentry.object_repr"])
def test_path_out_of_the_allowed_models_is_refused(path):
    with pytest.raises(CollectionNotAllowed, match="may not touch"):
        check_filter(User, where(path, "eq", "x"))


def test_foreign_key_out_of_the_allowed_models_compares_by_its_own_column(settings):
    settings.WORKFLOWS = {"COLLECTIONS": ["workflows"]}

    check_filter(Workflow, where("created_by", "eq", 1))
    with pytest.raises(CollectionNotAllowed, match=r"auth\.user"):
        check_filter(Workflow, where("created_by.username", "eq", "x"))


@pytest.mark.parametrize(
    ("field", "op"),
    [("id", "contains"), ("is_active", "starts_with"), ("groups", "gt")],
)
def test_operator_that_does_not_fit_is_refused(field, op):
    with pytest.raises(OperatorDoesNotFit, match=f"'{field}' cannot be compared"):
        check_filter(User, where(field, op, "1"))


@pytest.mark.parametrize(
    ("field", "op", "value", "problem"),
    [
        ("id", "eq", "x", "'id' cannot take 'x'"),
        ("id", "eq", None, "use is_empty"),
        ("id", "in", 5, "A list is needed"),
        ("id", "in", [1, None], "use is_empty"),
        ("id", "between", [1], "Two values"),
        ("id", "in", [1] * 1001, "at most 1000"),
        ("username", "contains", "", "A text is needed"),
        ("username", "eq", ["ada"], "A text is needed"),
        ("username", "eq", "a\0", "NUL"),
        ("date_joined", "gt", 5, "cannot take 5"),
        ("date_joined", "gt", "2026-13-01", "cannot take"),
    ],
)
def test_value_that_the_field_refuses_is_told(field, op, value, problem):
    with pytest.raises(ValueRefused, match=problem):
        check_filter(User, where(field, op, value))


def test_value_outside_the_choices_is_told(settings):
    settings.WORKFLOWS = {"COLLECTIONS": ["workflows"]}
    job = path_of(Workflow, "executions").field.model

    with pytest.raises(ValueRefused, match="The choices are: queued"):
        check_filter(job, where("status", "eq", "payed"))


def test_expression_is_checked_when_it_has_a_value():
    check_filter(User, where("id", "eq", "{{ trigger.data.id }}"))


def test_reverse_relation_is_found_by_its_accessor():
    assert path_of(Category, "workflows.title").lookup == "workflows__title"
    assert path_of(Group, "user_set.username").lookup == "user__username"


def test_preload_takes_relations_only():
    assert preload_lookups(Group, ["user_set.groups"]) == ["user_set__groups"]
    with pytest.raises(FieldUnknown, match="no field 'name'"):
        preload_lookups(Group, ["name"])


def test_preload_stays_in_the_allowed_models():
    with pytest.raises(CollectionNotAllowed, match=r"auth\.permission"):
        preload_lookups(Group, ["permissions"])
