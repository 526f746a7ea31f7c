from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured

from workflows.conf import changed, settings


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


def test_changed_settings_hold_for_the_length_of_a_with():
    before = read().horizon

    with changed(horizon=timedelta(days=1)):
        assert read().horizon == timedelta(days=1)
    assert read().horizon == before


def test_other_settings_stay_as_they_are():
    batch = read().batch_size

    with changed(horizon=timedelta(days=1)), changed(sweep_period=timedelta(hours=1)):
        assert read().horizon == timedelta(days=1)
        assert read().batch_size == batch


def test_unknown_setting_cannot_be_changed():
    with pytest.raises(TypeError, match="nonsense"), changed(nonsense=1):
        pass


read = settings
