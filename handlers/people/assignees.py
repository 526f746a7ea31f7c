"""Who is asked: people by name, key, group or filter, found when the task is made."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.utils.translation import gettext

from workflows.collections import collection
from workflows.exceptions import WorkflowError
from workflows.filters import filtered, is_open
from workflows.harmless import line

#: People that one task may ask.
MOST = 200


class PersonUnknown(WorkflowError):
    """Somebody whom a setting names and who does not exist."""

    def __init__(self, named: object) -> None:
        sentence = gettext(
            "There is no user '%(named)s'. Give user names, keys or records of users."
        )
        super().__init__(sentence % {"named": str(named)[:60]})


class GroupUnknown(WorkflowError):
    """A group that a setting names and that does not exist."""

    def __init__(self, named: object) -> None:
        sentence = gettext("There is no group '%(named)s'.")
        super().__init__(sentence % {"named": str(named)[:60]})


class PersonCannotAnswer(WorkflowError):
    """Somebody who cannot sign in where the task would be shown."""

    def __init__(self, name: str) -> None:
        sentence = gettext(
            "The user '%(name)s' cannot be asked or told anything: the account must be "
            "active and allowed to sign in to the admin (is_active and is_staff)."
        )
        super().__init__(sentence % {"name": name[:60]})


class NobodyToAsk(WorkflowError):
    """A group or a filter that is empty, and no names."""

    def __init__(self) -> None:
        super().__init__(
            gettext(
                "There is nobody to ask: the settings name no users, and no active "
                "user of the admin is in the groups or fits the filter."
            )
        )


class TooManyPeople(WorkflowError):
    """More people than a task may ask."""

    def __init__(self, count: int) -> None:
        sentence = gettext(
            "%(count)d people are too many; a task asks %(most)d at most."
        )
        super().__init__(sentence % {"count": count, "most": MOST})


def find_people(
    users: object = None,
    groups: object = None,
    rules: Mapping[str, Any] | None = None,
) -> list[Any]:
    """Find who is meant, each once, in the order of their keys.

    Who is named must exist and be able to answer. Of groups and filters those count
    who can. Raises a `WorkflowError` that names the culprit.
    """
    found = {user.pk: user for user in _named(users)}
    for group in _groups(groups):
        members = able(get_user_model()._default_manager.filter(groups=group))
        found |= {user.pk: user for user in members[: MOST + 1]}
    if not is_open(rules):
        found |= {user.pk: user for user in _matching(rules)[: MOST + 1]}
    if not found:
        raise NobodyToAsk
    if len(found) > MOST:
        raise TooManyPeople(len(found))
    return [found[key] for key in sorted(found)]


def name_of(user: Any) -> str:
    """Give what people call a user, with the user name."""
    full = user.get_full_name().strip() if hasattr(user, "get_full_name") else ""
    name = user.get_username()
    return line(f"{full} ({name})" if full else name, 200)


def able(users: "QuerySet[Any]") -> "QuerySet[Any]":
    """Keep those who can sign in and answer."""
    return users.filter(is_active=True, is_staff=True)


def _named(given: object) -> Iterable[Any]:
    people = [_find(each) for each in _list(given)]
    for user in people:
        if not (user.is_active and user.is_staff):
            raise PersonCannotAnswer(user.get_username())
    return people


def _list(given: object) -> Sequence[Any]:
    """Take a list, one value, or names that commas separate."""
    if given is None:
        return ()
    if isinstance(given, str):
        return [part.strip() for part in given.split(",") if part.strip()]
    return list(given) if isinstance(given, list | tuple) else [given]


def _find(named: Any) -> Any:
    """Find a user by name; by key, if it is none; a record by its key."""
    users = get_user_model()._default_manager
    if isinstance(named, Mapping):
        named = named.get("id", named.get("pk"))
    if isinstance(named, str):
        found = users.filter(**{get_user_model().USERNAME_FIELD: named})
    elif isinstance(named, int | uuid.UUID) and not isinstance(named, bool):
        found = users.filter(pk=str(named))
    else:
        raise PersonUnknown(named)
    user = found.first()
    if user is None:
        raise PersonUnknown(named)
    return user


def _groups(given: object) -> Iterable[Group]:
    for named in _list(given):
        if isinstance(named, Mapping):
            group = Group.objects.filter(pk=named.get("id") or 0).first()
        elif isinstance(named, int) and not isinstance(named, bool):
            group = Group.objects.filter(pk=named).first()
        else:
            group = Group.objects.filter(name=str(named)).first()
        if group is None:
            raise GroupUnknown(named)
        yield group


def _matching(rules: Mapping[str, Any] | None) -> "QuerySet[Any]":
    """Find users by a filter; they must be a collection that workflows may touch."""
    model = collection(get_user_model()._meta.label_lower)
    return able(filtered(model, rules))
