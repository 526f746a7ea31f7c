"""The settings that say who is meant, for every node that is about people."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _

from handlers.people.assignees import find_people
from workflows.collections import collection
from workflows.exceptions import WorkflowError
from workflows.filters import FilterField, check_filter, is_open
from workflows.forms import NodeForm, ValueField

#: The names of the settings, as a form lays them out.
FIELDS: list[str | tuple[str, ...]] = ["users", "user_groups", "user_filter"]


class PeopleField(ValueField):
    """User names, keys or records of users: one, a list, or names with commas."""


class PeopleForm(NodeForm):
    """Adds who is meant to the settings of a node."""

    users = PeopleField(
        label=_("Users"),
        required=False,
        help_text=_("Names with commas, or {{ nodes.query }}: keys or records."),
    )
    user_groups = PeopleField(
        label=_("Groups"),
        required=False,
        help_text=_("Names with commas; all active members are meant."),
    )
    user_filter = FilterField(
        label=_("Users by a filter"),
        collection=settings.AUTH_USER_MODEL.lower(),
        required=False,
        help_text=_("Over the users; workflows must be allowed to touch them."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        rules = cleaned.get("user_filter")
        named = [cleaned.get("users"), cleaned.get("user_groups"), not is_open(rules)]
        if not any(named) and "user_filter" not in self.errors:
            self.add_error("users", _("Say who is meant."))
        if not is_open(rules):
            self._check_filter(rules)
        return cleaned

    def _check_filter(self, rules: Any) -> None:
        try:
            check_filter(collection(get_user_model()._meta.label_lower), rules)
        except WorkflowError as error:
            self.add_error("user_filter", str(error))


def chosen(config: Mapping[str, Any]) -> list[Any]:
    """Find the people whom a configuration means; see `find_people`."""
    return find_people(config["users"], config["user_groups"], config["user_filter"])
