import pytest
from django.db import IntegrityError, transaction

from tests.conftest import NOW
from tests.nodes import node
from workflows import services
from workflows.exceptions import Archived, InvalidDefinition
from workflows.models import Category, Execution, Workflow, WorkflowVersion


def reload(version):
    return WorkflowVersion.objects.get(pk=version.pk)


def test_the_first_version_is_current_and_disabled(make_version):
    version = make_version()

    assert (version.number, version.current, version.enabled) == (1, True, None)


def test_enabling_a_version_makes_it_current(make_version):
    second = services.copy_as_version(make_version())

    services.enable(second, NOW)

    assert (reload(second).enabled, reload(second).current) == (True, True)


def test_enabling_a_version_disables_the_one_before(make_version):
    first = services.enable(make_version(), NOW)

    services.enable(services.copy_as_version(first), NOW)

    assert (reload(first).enabled, reload(first).current) == (None, None)


def test_disabling_leaves_a_version_current(make_version):
    version = services.enable(make_version(), NOW)

    services.disable(version)

    assert (reload(version).enabled, reload(version).current) == (None, True)


def test_an_old_version_can_be_enabled_again(make_version):
    first = services.enable(make_version(), NOW)
    services.enable(services.copy_as_version(first), NOW)

    services.enable(first, NOW)

    assert reload(first).enabled is True
    assert first.workflow.versions.enabled().count() == 1


def test_an_invalid_version_is_not_enabled(make_version):
    version = make_version(node("echo", key="a"), node("nonsense"))

    with pytest.raises(InvalidDefinition, match="no node type 'nonsense'"):
        services.enable(version, NOW)

    assert reload(version).enabled is None


@pytest.mark.parametrize("marker", ["enabled", "current"])
def test_the_database_holds_one_marker_a_workflow(make_version, marker):
    first = make_version()
    WorkflowVersion.objects.filter(pk=first.pk).update(**{marker: True})
    second = services.copy_as_version(first)

    with pytest.raises(IntegrityError), transaction.atomic():
        WorkflowVersion.objects.filter(pk=second.pk).update(**{marker: True})


@pytest.mark.parametrize("marker", ["enabled", "current"])
def test_the_database_refuses_a_false_marker(make_version, marker):
    version = make_version()

    with pytest.raises(IntegrityError), transaction.atomic():
        WorkflowVersion.objects.filter(pk=version.pk).update(**{marker: False})


def test_a_copy_as_version_is_the_next_number_and_disabled(make_version):
    first = services.enable(make_version(node("echo", 1)), NOW)

    copy = services.copy_as_version(first)

    assert (copy.number, copy.enabled, copy.current) == (2, None, None)
    assert copy.definition == first.definition


def test_any_number_of_drafts_may_exist(make_version):
    version = make_version()

    numbers = [services.copy_as_version(version).number for _ in range(3)]

    assert numbers == [2, 3, 4]


def test_a_copy_as_new_is_another_workflow(make_version):
    version = services.enable(make_version(node("echo", 1), title="Orders"), NOW)
    version.workflow.categories.add(Category.objects.create(name="Shop"))

    copy = services.copy_as_new(version)

    assert (copy.workflow.title, copy.number, copy.enabled) == ("Orders copy", 1, None)
    assert [each.name for each in copy.workflow.categories.all()] == ["Shop"]
    assert copy.definition == version.definition


def test_a_copy_as_new_counts_from_zero(make_version, run):
    version = make_version()
    run(version)

    copy = services.copy_as_new(reload(version))

    assert (copy.run_count, copy.workflow.run_count) == (0, 0)


def test_a_copy_as_version_shares_the_count_of_the_workflow(make_version, run):
    version = make_version()
    run(version)

    copy = services.copy_as_version(version)

    assert (copy.run_count, copy.workflow.run_count) == (0, 1)


def test_an_archived_workflow_is_not_listed(make_version):
    version = services.enable(make_version(), NOW)

    services.archive(version.workflow, NOW)

    assert list(Workflow.objects.present()) == []
    assert reload(version).enabled is None


def test_an_archived_version_cannot_be_enabled(make_version):
    version = make_version()
    services.archive(version.workflow, NOW)

    with pytest.raises(Archived, match="Version 1 of 'Test' is deleted"):
        services.enable(version, NOW)


def test_archiving_an_old_version_leaves_the_workflow(make_version):
    first = make_version()
    second = services.enable(services.copy_as_version(first), NOW)

    services.archive_version(reload(first), NOW)

    assert list(first.workflow.versions.present()) == [second]


def test_archiving_asks_the_database_which_version_is_current(make_version):
    first = make_version()
    second = services.enable(services.copy_as_version(first), NOW)
    assert first.current

    services.archive_version(first, NOW)

    assert reload(second).enabled is True


def test_archiving_the_current_version_archives_the_workflow(make_version):
    version = make_version()

    services.archive_version(version, NOW)

    assert list(Workflow.objects.archived()) == [version.workflow]


def test_history_outlives_an_archived_workflow(make_version, run):
    version = make_version()
    execution = run(version)
    services.archive(version.workflow, NOW)

    services.purge()

    assert Execution.objects.get(pk=execution.pk).version == version


def test_purge_removes_what_no_history_needs(make_version):
    services.archive(make_version().workflow, NOW)

    while services.purge():
        pass

    assert (Workflow.objects.count(), WorkflowVersion.objects.count()) == (0, 0)
