"""Versions made ready to run: once per revision, and before they are needed."""

import pytest

from tests.conftest import NOW, drain
from tests.nodes import node
from workflows import services
from workflows.engine import compiled
from workflows.engine.compiled import warm_up
from workflows.models import Execution


@pytest.fixture
def version(make_version):
    return services.enable(make_version(node("echo", 1)), NOW)


def test_enabled_versions_are_made_ready_in_shares(make_version):
    for _ in range(3):
        services.enable(make_version(node("echo", 1)), NOW)

    assert [warm_up(2), warm_up(2), warm_up(2)] == [2, 1, 0]


def test_disabled_versions_are_not_made_ready(make_version):
    make_version(node("echo", 1))

    assert warm_up(10) == 0


def test_what_is_ready_costs_no_query(version, django_assert_num_queries):
    warm_up(10)

    with django_assert_num_queries(0):
        compiled.compiled({version.pk: version.revision})


def test_a_version_that_was_edited_is_made_ready_anew(version):
    warm_up(10)
    definition = {"schema": 1, "nodes": [node("echo", 2)]}
    services.change_definition(version, definition)

    services.run_manually(version, {}, NOW)
    drain()

    assert Execution.objects.get().jobs.get().result == 2
