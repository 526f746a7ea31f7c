from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from handlers.conf import settings as read


def test_what_is_not_set_has_its_default(settings):
    settings.WORKS = {}

    assert read().backoff == timedelta(seconds=30)


def test_values_are_of_their_kind(settings):
    settings.WORKS = {"RECHECK": 3, "MODULES": ["a"], "FOLDER": Path("/x")}

    assert read().recheck == timedelta(seconds=3)
    assert (read().modules, read().folder) == (("a",), "/x")


def test_an_unknown_key_is_named(settings):
    settings.WORKS = {"MODULE": []}

    with pytest.raises(ImproperlyConfigured, match="MODULE"):
        read()
