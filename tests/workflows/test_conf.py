"""Settings that a replay changes for itself."""

from datetime import timedelta

import pytest

from workflows.conf import changed, settings


def test_changed_settings_hold_for_the_length_of_a_with():
    before = settings().horizon

    with changed(horizon=timedelta(days=1)):
        assert settings().horizon == timedelta(days=1)
    assert settings().horizon == before


def test_other_settings_stay_as_they_are():
    batch = settings().batch_size

    with changed(horizon=timedelta(days=1)), changed(sweep_period=timedelta(hours=1)):
        assert settings().horizon == timedelta(days=1)
        assert settings().batch_size == batch


def test_unknown_setting_cannot_be_changed():
    with pytest.raises(TypeError, match="nonsense"), changed(nonsense=1):
        pass
