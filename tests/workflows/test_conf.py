from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured

from workflows.conf import settings


def test_what_is_not_set_has_its_default(settings):
    from_project = settings
    from_project.WORKFLOWS = {}

    assert read().lease == timedelta(seconds=30)


def test_durations_are_seconds(settings):
    settings.WORKFLOWS = {"LEASE": 3}

    assert read().lease == timedelta(seconds=3)


def test_lists_become_tuples(settings):
    settings.WORKFLOWS = {"COLLECTIONS": ["shop"]}

    assert read().collections == ("shop",)


def test_an_unknown_key_is_named(settings):
    settings.WORKFLOWS = {"COLECTIONS": []}

    with pytest.raises(ImproperlyConfigured, match="COLECTIONS"):
        read()


read = settings
