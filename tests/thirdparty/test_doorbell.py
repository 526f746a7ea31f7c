"""A trigger type costs as little: it arms, disarms and starts executions."""

from datetime import timedelta

import pytest

from tests.conftest import NOW, drain
from workflows import services
from workflows.exceptions import InvalidDefinition
from workflows.models import Execution

GREET = {"value": "Hello, {{ trigger.data.visitor }}!"}
NODE = {"key": "greet", "type": "calculation", "config": GREET}


@pytest.fixture
def bell(installed):
    return installed.triggers.get("thirdparty.doorbell")


@pytest.fixture
def version(bell, make_version):
    made = make_version(NODE, trigger="thirdparty.doorbell", config={"door": "front"})
    return services.enable(made, NOW)


def test_event_starts_an_execution(bell, version):
    bell.ring("front", "Ada", NOW)
    drain()

    assert Execution.objects.get().jobs.get().result == "Hello, Ada!"


def test_same_event_starts_one_execution(bell, version):
    bell.ring("front", "Ada", NOW)
    bell.ring("front", "Ada", NOW)

    assert Execution.objects.count() == 1


def test_two_events_start_two_executions(bell, version):
    bell.ring("front", "Ada", NOW)
    bell.ring("front", "Ada", NOW + timedelta(seconds=1))

    assert Execution.objects.count() == 2


def test_other_events_start_nothing(bell, version):
    bell.ring("back", "Ada", NOW)

    assert not Execution.objects.exists()


def test_disabled_version_no_longer_listens(bell, version):
    services.disable(version)

    bell.ring("front", "Ada", NOW)

    assert not Execution.objects.exists()


def test_wrong_configuration_is_not_enabled(bell, make_version):
    version = make_version(trigger="thirdparty.doorbell", config={})

    with pytest.raises(InvalidDefinition, match="door: This field is required"):
        services.enable(version, NOW)


def test_manual_run_needs_no_bell(bell, version, run):
    assert run(version).manual is True
