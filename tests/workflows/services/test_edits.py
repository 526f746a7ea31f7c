import pytest

from tests.conftest import NOW
from tests.nodes import node
from workflows import services
from workflows.exceptions import EditConflict, InvalidDefinition, VersionFrozen


def definition(*nodes):
    return {"schema": 1, "nodes": list(nodes)}


def test_a_version_that_has_not_run_can_be_changed(make_version):
    changed = services.change_definition(make_version(), definition(node("echo")))

    assert changed.definition == definition(node("echo"))


def test_a_change_counts_the_revision_up(make_version):
    version = make_version()

    assert services.change_definition(version, definition()).revision == 2


def test_a_change_of_an_older_revision_is_a_conflict(make_version):
    version = make_version()
    services.change_definition(version, definition(node("echo")), revision=1)

    with pytest.raises(EditConflict, match="you edited revision 1, it is at 2 now"):
        services.change_definition(version, definition(), revision=1)


def test_a_version_that_has_run_is_frozen(make_version, run):
    version = make_version()
    run(version)

    with pytest.raises(VersionFrozen, match="Copy it as a new version and change"):
        services.change_definition(version, definition())


def test_the_trigger_of_a_frozen_version_is_frozen_too(make_version, run):
    version = make_version()
    run(version)

    with pytest.raises(VersionFrozen, match="Version 1 of 'Test' has run"):
        services.change_trigger(version, "schedule", {"starts_at": NOW}, NOW)


def test_a_version_stays_frozen_when_its_history_is_deleted(make_version, run):
    version = make_version()
    run(version).delete()

    with pytest.raises(VersionFrozen, match="is frozen"):
        services.change_definition(version, definition())


def test_options_of_a_frozen_version_can_be_changed(make_version, run):
    version = make_version()
    run(version)

    changed = services.change_options(version, {"timeout": 5}, NOW)

    assert changed.options == {"timeout": 5}


@pytest.mark.parametrize(
    ("line", "culprit"),
    [
        ([node("nonsense")], "no node type 'nonsense'"),
        ([node("echo", "{{ 1 + }}")], "echo.value"),
        ([node("echo", "{{ nodes.later }}")], "later"),
        ([node("echo"), node("echo")], "'echo' is used by 2 nodes"),
        ([node("choose", branches={"maybe": []})], "no branch 'maybe'"),
        ([{"key": "a", "type": "echo", "config": {"volume": 11}}], "'volume'"),
    ],
)
def test_an_invalid_definition_is_refused_with_its_culprit(make_version, line, culprit):
    with pytest.raises(InvalidDefinition, match=culprit):
        services.change_definition(make_version(), definition(*line))


def test_every_problem_is_named_at_once(make_version):
    broken = definition(node("nonsense"), node("echo", "{{ nope }}"))

    with pytest.raises(InvalidDefinition) as caught:
        services.change_definition(make_version(), broken)

    assert len(caught.value.problems) == 2


def test_an_unknown_trigger_is_refused(make_version):
    with pytest.raises(InvalidDefinition, match="no trigger type 'magic'"):
        services.change_trigger(make_version(), "magic", {}, NOW)
