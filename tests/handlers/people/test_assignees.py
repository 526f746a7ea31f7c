"""Who is asked: names, keys, records, groups and filters."""

import pytest
from django.contrib.auth.models import Group, User

from handlers.people.assignees import (
    GroupUnknown,
    NobodyToAsk,
    PersonCannotAnswer,
    PersonUnknown,
    TooManyPeople,
    find_people,
    name_of,
)
from workflows.exceptions import CollectionNotAllowed

NAMED_BOB = {"rules": [{"field": "username", "op": "eq", "value": "bob"}]}


def names(*args):
    return [user.username for user in find_people(*args)]


def test_names_are_separated_by_commas(cast):
    assert names("bob, alice") == ["alice", "bob"]


def test_keys_and_records_name_people_too(cast):
    bob, charlie = cast["bob"], cast["charlie"]

    assert names([bob.pk, {"id": charlie.pk, "username": "x"}]) == ["bob", "charlie"]
    assert names(bob.pk) == ["bob"]


def test_a_name_of_digits_is_a_name(cast):
    User.objects.create_user(str(cast["bob"].pk), is_staff=True)

    assert names(str(cast["bob"].pk)) != ["bob"]


def test_groups_give_their_members(cast):
    User.objects.create_user("gone", is_staff=True, is_active=False)
    Group.objects.get().user_set.add(User.objects.get(username="gone"))

    assert names(None, "Buyers") == ["alice", "bob"]
    assert names("alice", [Group.objects.get().pk]) == ["alice", "bob"]


def test_a_filter_finds_people(cast, allowed):
    assert names(None, None, NAMED_BOB) == ["bob"]


def test_a_filter_needs_users_to_be_allowed(cast, settings):
    settings.WORKFLOWS = {"COLLECTIONS": []}

    with pytest.raises(CollectionNotAllowed, match=r"auth\.user"):
        find_people(None, None, NAMED_BOB)


@pytest.mark.parametrize(
    "named", ["zoe", 99_999, True, {"name": "bob"}, 1.5, [["bob"]]]
)
def test_unknown_people_are_named(cast, named):
    with pytest.raises(PersonUnknown, match="There is no user"):
        find_people([named] if not isinstance(named, list) else named)


@pytest.mark.parametrize("values", [{"is_active": False}, {"is_staff": False}])
def test_who_cannot_sign_in_is_named(cast, values):
    User.objects.filter(username="bob").update(**values)

    with pytest.raises(PersonCannotAnswer, match="'bob' cannot be asked"):
        find_people("alice, bob")


def test_unknown_groups_are_named(cast):
    with pytest.raises(GroupUnknown, match="There is no group 'Sellers'"):
        find_people(None, "Sellers")


@pytest.mark.parametrize("given", [None, "", [], " , "])
def test_nobody_is_an_error(cast, given):
    with pytest.raises(NobodyToAsk, match="nobody to ask"):
        find_people(given)


def test_too_many_people_are_refused(cast):
    many = User.objects.bulk_create(
        User(username=f"u{n}", is_staff=True) for n in range(201)
    )
    Group.objects.get().user_set.set(many)

    with pytest.raises(TooManyPeople, match="201 people"):
        find_people(None, "Buyers")


def test_people_are_shown_by_their_full_name(cast):
    cast["bob"].first_name = "Bob"

    assert name_of(cast["bob"]) == "Bob (bob)"
    assert name_of(cast["alice"]) == "alice"
