"""Versions made ready to run: once per revision, and before they are needed."""

import pytest
from django.utils import timezone

from tests.conftest import NOW, drain
from tests.nodes import node
from workflows import services
from workflows.engine import compiled
from workflows.engine.warming import Warming
from workflows.models import Execution


@pytest.fixture
def version(make_version):
    return services.enable(make_version(node("echo", 1)), NOW)


def test_enabled_versions_are_made_ready_once(make_version):
    for _ in range(3):
        services.enable(make_version(node("echo", 1)), NOW)

    warming = Warming()
    assert [warming.warm_up(timezone.now()) for _ in range(2)] == [3, 0]


def test_what_is_enabled_later_is_made_ready_too(make_version):
    warming = Warming()
    assert warming.warm_up(timezone.now()) == 0

    services.enable(make_version(node("echo", 1)), NOW)

    assert warming.warm_up(timezone.now()) == 1


def test_disabled_versions_are_not_made_ready(make_version):
    make_version(node("echo", 1))

    assert Warming().warm_up(NOW) == 0


def test_what_is_ready_costs_no_query(version, django_assert_num_queries):
    Warming().warm_up(NOW)

    with django_assert_num_queries(0):
        compiled.compiled({version.pk: version.revision})


def test_a_version_that_was_edited_is_made_ready_anew(version):
    Warming().warm_up(NOW)
    definition = {"schema": 1, "nodes": [node("echo", 2)]}
    services.change_definition(version, definition)

    services.run_manually(version, {}, NOW)
    drain()

    assert Execution.objects.get().jobs.get().result == 2


def test_no_more_nodes_are_kept_than_may_be(make_version, monkeypatch):
    monkeypatch.setattr(compiled, "KEPT", 2)
    versions = [
        services.enable(make_version(node("echo", 1), node("pause")), NOW)
        for _ in range(3)
    ]

    ready = compiled.compiled({each.pk: each.revision for each in versions})

    assert set(ready) == {each.pk for each in versions}
    assert list(compiled._compiled) == [versions[-1].pk]
    assert Warming().warm_up(NOW) == 0


def test_what_is_driven_out_in_mid_batch_is_given_all_the_same(
    make_version, monkeypatch
):
    first, second = (
        services.enable(make_version(node("echo", 1)), NOW) for _ in range(2)
    )
    compiled.compiled({first.pk: 1})
    monkeypatch.setattr(compiled, "KEPT", 1)

    ready = compiled.compiled({first.pk: 1, second.pk: 1})

    assert set(ready) == {first.pk, second.pk}
