"""Undo and redo of the nodes of a version."""

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from tests.nodes import node
from workflows import services
from workflows.exceptions import (
    EditConflict,
    InvalidDefinition,
    NothingToUndo,
    VersionFrozen,
)
from workflows.models import EditStep
from workflows.services import Author
from workflows.services.history import MOST_STEPS
from workflows.services.retention import prune


def definition(*keys):
    return {"schema": 1, "nodes": [node("echo", key=key) for key in keys]}


@pytest.fixture
def version(make_version):
    return make_version()


def test_undo_takes_a_change_back_and_redo_makes_it_again(version):
    services.edit(version, definition("a"))

    assert services.undo(version).definition == definition()
    assert services.redo(version).definition == definition("a")


def test_nothing_to_undo_is_said(version):
    with pytest.raises(NothingToUndo, match="nothing to undo"):
        services.undo(version)
    with pytest.raises(NothingToUndo, match="nothing to redo"):
        services.redo(version)


def test_a_new_change_ends_what_could_be_redone(version):
    services.edit(version, definition("a"))
    services.undo(version)
    services.edit(version, definition("b"))

    with pytest.raises(NothingToUndo):
        services.redo(version)


def test_a_change_that_changes_nothing_is_no_step(version):
    services.edit(version, definition())

    assert not EditStep.objects.exists()


def test_steps_say_what_was_done_and_by_whom(version, admin_user):
    services.edit(version, definition("a"), author=Author("Add a", admin_user))

    step = services.steps_of(version).undo
    assert (step.label, step.user) == ("Add a", admin_user)
    assert services.steps_of(version).redo is None


def test_the_oldest_steps_are_forgotten(version):
    version.definition = definition("start")
    for number in range(MOST_STEPS + 5):
        services.edit(version, definition(f"n{number}"))

    assert version.steps.count() == MOST_STEPS
    for _step in range(MOST_STEPS):
        services.undo(version)
    version.refresh_from_db()
    assert version.definition == definition("n4")


def test_undo_of_an_older_revision_is_a_conflict(version):
    services.edit(version, definition("a"))

    with pytest.raises(EditConflict):
        services.undo(version, revision=1)


def test_changes_since_a_revision_are_listed(version):
    services.edit(version, definition("a"), author=Author("first"))
    services.edit(version, definition("b"), author=Author("second"))
    services.undo(version)

    labels = [step.label for step in services.changes_since(version, 2)]
    assert labels == ["second"]
    assert len(services.changes_since(version, 1)) == 2


def test_a_frozen_version_is_not_undone(version, run):
    services.edit(version, definition("a"))
    run(version)

    with pytest.raises(VersionFrozen):
        services.undo(version)


def test_an_enabled_version_stays_able_to_run(version, now):
    broken = {"schema": 1, "nodes": [node("echo", "{{ nodes.nope }}")]}
    services.edit(version, broken)
    services.edit(version, definition("a"))
    services.enable(version, now)

    with pytest.raises(InvalidDefinition, match="nope"):
        services.undo(version)
    with pytest.raises(InvalidDefinition, match="nope"):
        services.edit(version, broken)


def test_a_draft_may_have_problems_but_no_wrong_shape(version):
    broken = {"schema": 1, "nodes": [node("nonsense")]}

    assert services.edit(version, broken).definition == broken
    with pytest.raises(InvalidDefinition):
        services.edit(version, {"nodes": []})


def test_steps_of_frozen_versions_are_pruned(version, run, now):
    services.edit(version, definition("a"))
    run(version)

    prune(now)

    assert not EditStep.objects.exists()


@given(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=8))
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_undoing_all_leads_back_to_the_start(version, changes):
    EditStep.objects.all().delete()
    version.refresh_from_db()
    start = version.definition
    for key in changes:
        services.edit(version, definition(key))

    while services.steps_of(version).undo:
        services.undo(version)
    version.refresh_from_db()
    assert version.definition == start
    while services.steps_of(version).redo:
        services.redo(version)
    version.refresh_from_db()
    assert version.definition == definition(changes[-1])
