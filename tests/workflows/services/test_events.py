import pytest
from django.db import OperationalError, connection, transaction

from tests.conftest import NOW, drain
from workflows import services
from workflows.models import Execution, Workflow, WorkflowVersion
from workflows.services import Event, events
from workflows.states import ExecutionStatus


def event(version, key="a", **values):
    context = {"data": None, "date": NOW}
    return Event(version.workflow_id, version.pk, key, context, **values)


def counts(version):
    workflow = Workflow.objects.get(pk=version.workflow_id)
    return workflow.run_count, WorkflowVersion.objects.get(pk=version.pk).run_count


def test_an_event_starts_an_execution(make_version):
    execution = services.start(event(make_version()), NOW)

    assert (execution.status, execution.due_at) == (ExecutionStatus.QUEUED, NOW)


def test_the_same_event_starts_one_execution(make_version):
    version = make_version()
    services.start(event(version), NOW)

    assert services.start(event(version), NOW) is None
    assert counts(version) == (1, 1)


def test_a_double_among_many_events_costs_only_itself(make_version):
    version = make_version()
    services.start(event(version, "b"), NOW)

    created = services.start_many([event(version, key) for key in "abc"], NOW)

    stored = Execution.objects.filter(pk__in=created).order_by("pk")
    assert [each.event_key for each in stored] == ["a", "c"]
    assert counts(version) == (3, 3)


def test_each_execution_counts_on_version_and_workflow(make_version):
    version = make_version()
    second = services.copy_as_version(version)

    events = [event(version, "a"), event(version, "b"), event(second, "c")]
    services.start_many(events, NOW)

    assert (counts(version), counts(second)) == ((3, 2), (3, 1))


def test_a_limit_counts_all_versions(make_version):
    version = make_version()
    services.start(event(version), NOW)
    second = services.copy_as_version(version)

    assert services.start(event(second, "b", limit=1), NOW) is None


def test_a_limit_is_not_overshot_by_events_of_one_moment(make_version):
    version = make_version()

    events = [event(version, str(number), limit=3) for number in range(5)]

    assert len(services.start_many(events, NOW)) == 3
    assert counts(version) == (3, 3)


def test_a_double_does_not_use_up_the_limit(make_version):
    version = make_version()
    services.start(event(version, "a", limit=2), NOW)
    services.start(event(version, "a", limit=2), NOW)

    assert services.start(event(version, "b", limit=2), NOW) is not None


def test_deleted_history_does_not_count_down(make_version, run):
    version = make_version()
    run(version).delete()

    assert counts(version) == (1, 1)


def test_a_missed_moment_is_noted_and_does_not_count(make_version):
    version = make_version()

    assert services.record_missed(event(version), NOW, "") is True
    assert Execution.objects.get().status == ExecutionStatus.MISSED
    assert counts(version) == (0, 0)


def test_a_missed_moment_is_noted_once(make_version):
    version = make_version()
    services.record_missed(event(version), NOW, "")

    assert services.record_missed(event(version), NOW, "") is False


def test_a_workflow_in_its_own_chain_is_rejected(make_version):
    version = make_version()
    first = services.start(event(version), NOW)

    assert services.start(event(version, "b", ancestors=(first.pk,)), NOW) is None
    assert Execution.objects.filter(status=ExecutionStatus.REJECTED).count() == 1


def test_the_stack_limit_allows_a_longer_chain(make_version):
    version = make_version(options={"stack_limit": 2})
    first = services.start(event(version), NOW)

    assert services.start(event(version, "b", ancestors=(first.pk,)), NOW) is not None


def test_counting_costs_the_same_for_many_events(
    make_version, django_assert_max_num_queries
):
    versions = [make_version(title=str(number)) for number in range(10)]
    events = [event(each, str(each.pk)) for each in versions]

    with django_assert_max_num_queries(20):
        services.start_many(events, NOW)


@pytest.mark.parametrize("values", [{}, {"limit": 1}])
def test_a_started_execution_runs(make_version, values):
    execution = services.start(event(make_version(), **values), NOW)

    drain()
    execution.refresh_from_db()

    assert execution.status == ExecutionStatus.SUCCEEDED


@pytest.mark.django_db(transaction=True)
class TestAlone:
    """An event outside of a transaction: a statement for it, one for the message."""

    @pytest.mark.skipif(connection.vendor != "postgresql", reason="one of its words")
    def test_it_costs_two_statements(self, make_version, django_assert_num_queries):
        version = make_version()

        with django_assert_num_queries(2):
            services.start_many([event(version)], NOW)

    def test_it_is_counted_and_starts_once(self, make_version):
        version = make_version()

        created = [services.start_many([event(version)], NOW) for _ in range(2)]

        assert created == [[Execution.objects.get().pk], []]
        assert counts(version) == (1, 1)

    def test_a_policy_is_asked(self, make_version):
        version = make_version(options={"concurrency": "skip"})
        services.start_many([event(version)], NOW)

        assert services.start_many([event(version, "b")], NOW) == []
        assert Execution.objects.get(event_key="b").status == "rejected"
        assert counts(version) == (1, 1)

    def test_a_wake_up_that_fails_is_left_to_the_pollers(
        self, make_version, monkeypatch, caplog
    ):
        def fail(ids):
            raise OperationalError("gone")

        version = make_version()
        monkeypatch.setattr(events, "wake", fail)

        [created] = services.start_many([event(version)], NOW)

        assert f"woken for execution {created}" in caplog.text
        assert Execution.objects.get().status == "queued"

    def test_inside_of_a_transaction_it_goes_with_it(self, make_version):
        version = make_version()

        with transaction.atomic():
            services.start_many([event(version)], NOW)
            transaction.set_rollback(True)

        assert not Execution.objects.exists()
        assert counts(version) == (0, 0)
