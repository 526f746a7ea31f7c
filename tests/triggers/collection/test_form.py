"""The form of the trigger, and its words."""

import pytest
from django.utils import translation

from triggers.collection.forms import CollectionTriggerForm
from workflows import registry


def problems(**config):
    return dict(CollectionTriggerForm.for_config(config).problems())


def describe(**config):
    return registry.triggers.get("collection").describe(config)


@pytest.mark.parametrize(
    ("config", "field", "text"),
    [
        ({"collection": "sessions.session"}, "collection", "may not touch"),
        ({"events": []}, "events", "required"),
        ({"events": ["eaten"]}, "events", "not one of the available"),
        ({"changed": ["colour"]}, "changed", "no field 'colour'"),
        ({"preload": ["colour"]}, "preload", "no field 'colour'"),
        (
            {"filter": {"rules": [{"field": "nix", "op": "eq", "value": 1}]}},
            "filter",
            "no field 'nix'",
        ),
        (
            {
                "filter": {
                    "rules": [{"field": "id", "op": "eq", "value": "{{ nodes.a }}"}]
                }
            },
            "filter",
            "'nodes' is unknown",
        ),
    ],
)
def test_mistake_is_told_at_its_field(db, config, field, text):
    assert text in problems(**{"collection": "auth.user", **config})[field]


def test_lists_may_be_among_the_changed_fields(db):
    assert problems(collection="auth.user", changed=["groups", "email"]) == {}


def test_words_name_what_starts_it():
    assert describe(collection="auth.user", events=["created", "updated"]) == (
        "When a record of “users” is created or updated"
    )
    rules = {"rules": [{"field": "id", "op": "eq", "value": 1}]}
    assert describe(
        collection="auth.user", events=["updated"], changed=["email"], filter=rules
    ) == (
        "When a record of “users” is updated, updates only of email, under a condition"
    )


def test_words_are_russian_for_russians():
    with translation.override("ru"):
        words = describe(collection="auth.group", events=["created", "deleted"])

    assert "создана или удалена" in words
