"""The hot statements: each database's own and those of the ORM do the same."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.conftest import NOW
from workflows import services
from workflows.exceptions import LostClaims
from workflows.models import Execution, Job
from workflows.options import Options
from workflows.statements import JobRow, Move, NewExecution, anywhere, statements
from workflows.states import ExecutionStatus, JobStatus

EARLIER = NOW - timedelta(seconds=5)
MOST = 3
TYPED = {
    "at": NOW,
    "price": Decimal("1.10"),
    "id": UUID(int=7),
    "text": "'\"\\ %s é \N{SNOWMAN} \N{GRINNING FACE}\n",
    "none": None,
    "deep": [{"a": [1.5, True]}],
}


@pytest.fixture(params=["own", "anywhere"])
def words(request):
    return statements() if request.param == "own" else anywhere


@pytest.fixture
def insert(words, make_version):
    """Create executions of the given keys; give their ids."""
    version = make_version(options={"timeout": 60})

    def insert(*keys, due_at=NOW, **values):
        rows = [
            NewExecution(version.workflow_id, version.pk, key, {}, due_at, **values)
            for key in keys
        ]
        return words.insert(rows, NOW)

    return insert


def claim(words, owner=1, ids=(), limit=10):
    return words.claim(owner, NOW, limit, MOST, ids)


def job(row, number=1, **values):
    return JobRow(row.pk, number, "a", "echo", JobStatus.SUCCEEDED, NOW, **values)


def move(row, status=ExecutionStatus.SUCCEEDED, **values):
    columns = {"owner": None, "reason": "", "position": "", "job_count": 1}
    columns |= {"deliveries": 0, "due_at": None, "expires_at": None}
    return Move(pk=row.pk, token=row.token, status=status, **(columns | values))


def test_an_insert_gives_ids_by_key(insert):
    created = insert("a", "b")

    stored = Execution.objects.values_list("event_key", "pk")
    assert created == dict(stored)


def test_an_insert_passes_over_what_exists(insert):
    insert("a")

    assert list(insert("a", "b")) == ["b"]
    assert Execution.objects.count() == 2


def test_an_inserted_execution_is_whole(words, make_version):
    version, planned = make_version(), NOW - timedelta(hours=1, microseconds=7)
    row = NewExecution(
        version.workflow_id, version.pk, "k", TYPED, NOW, planned, True, (4, 2)
    )

    words.insert([row], NOW)

    found = Execution.objects.get()
    assert (found.context, found.planned_at, found.created_at) == (TYPED, planned, NOW)
    assert (found.manual, found.ancestors, found.due_at) == (True, [4, 2], NOW)
    assert (found.status, found.started_at, found.owner) == ("queued", None, None)


def test_what_is_held_back_is_inserted_without_a_moment(words, insert):
    insert("a", due_at=None)

    assert claim(words) == []


def test_a_claim_brings_all_that_a_worker_needs(words, make_version):
    version = make_version(options={"timeout": 60})
    row = NewExecution(version.workflow_id, version.pk, "k", TYPED, NOW, EARLIER)
    words.insert([row], NOW)

    [found] = claim(words)

    assert (found.workflow_id, found.version_id) == (version.workflow_id, version.pk)
    assert (found.context, found.planned_at, found.started_at) == (TYPED, EARLIER, NOW)
    assert found.options == Options(timeout=timedelta(seconds=60))
    assert (found.token, found.deliveries, found.job_count) == (1, 1, 0)


def test_a_claim_is_stored(words, insert):
    insert("a")
    claim(words, owner=7)

    found = Execution.objects.get()
    assert (found.status, found.owner, found.token) == ("running", 7, 1)
    assert (found.deliveries, found.due_at, found.started_at) == (1, None, NOW)


def test_a_second_claim_keeps_the_start(words, insert):
    insert("a")
    Execution.objects.update(started_at=EARLIER)

    assert claim(words)[0].started_at == EARLIER
    assert Execution.objects.get().started_at == EARLIER


def test_a_claim_takes_the_most_overdue_first_and_no_more_than_it_may(words, insert):
    late = insert("late")
    later = insert("later", "latest")
    early = insert("early", due_at=EARLIER)

    rows = claim(words, limit=3)

    assert [row.pk for row in rows] == [early["early"], late["late"], later["later"]]


def test_a_claim_of_some_leaves_the_others(words, insert):
    created = insert("a", "b", "c")

    assert [row.pk for row in claim(words, ids=[created["b"]])] == [created["b"]]


def test_what_a_dead_worker_left_comes_alone(words, insert):
    created = insert("a", "b")
    Execution.objects.filter(event_key="a").update(deliveries=1)

    assert [row.pk for row in claim(words)] == [created["a"]]
    assert [row.pk for row in claim(words)] == [created["b"]]


def test_what_a_dead_worker_left_is_passed_over_behind_the_healthy(words, insert):
    created = insert("a", "b", "c")
    Execution.objects.filter(event_key="b").update(deliveries=1)

    assert [row.pk for row in claim(words)] == [created["a"], created["c"]]


def test_poison_is_not_claimed_and_blocks_nobody(words, insert):
    created = insert("a", "b")
    Execution.objects.filter(event_key="a").update(deliveries=MOST)

    assert [row.pk for row in claim(words)] == [created["b"]]


def test_an_execution_without_its_version_is_claimed_without_options(words, insert):
    insert("a")
    Execution.objects.update(version=10**9)

    assert claim(words)[0].options is None


def test_a_write_moves_executions_and_inserts_jobs(words, insert):
    insert("a")
    [row] = claim(words)
    late = NOW + timedelta(minutes=1, microseconds=3)
    waiting = move(
        row, ExecutionStatus.WAITING, due_at=late, expires_at=late, position="b"
    )

    words.write(1, [waiting], [job(row, input=TYPED, result=TYPED, error="'%s'")])

    found, stored = Execution.objects.get(), Job.objects.get()
    assert (found.status, found.owner, found.due_at) == ("waiting", None, late)
    assert (found.position, found.job_count, found.deliveries) == ("b", 1, 0)
    assert (found.expires_at, found.finished_at) == (late, None)
    assert (stored.input, stored.result, stored.error) == (TYPED, TYPED, "'%s'")
    assert (stored.number, stored.status, stored.started_at) == (1, "succeeded", NOW)


def test_a_write_may_keep_the_claim(words, insert):
    insert("a")
    [row] = claim(words)

    words.write(1, [move(row, ExecutionStatus.RUNNING, owner=1, deliveries=1)], [])

    found = Execution.objects.get()
    assert (found.status, found.owner, found.deliveries) == ("running", 1, 1)


def test_a_second_write_of_a_job_changes_it(words, insert):
    insert("a")
    [row] = claim(words)
    words.write(
        1, [move(row, ExecutionStatus.RUNNING, owner=1)], [job(row, input={"a": 1})]
    )

    row.token += 1
    again = job(row, result=5, attempt=2, finished_at=NOW)
    words.write(1, [move(row)], [again, job(row, 2)])

    first, second = Job.objects.order_by("number")
    assert (first.input, first.result, first.attempt) == ({"a": 1}, 5, 2)
    assert (first.finished_at, second.result) == (NOW, None)


@pytest.mark.parametrize(
    "change",
    [{"token": 5}, {"owner": 2}, {"status": ExecutionStatus.CANCELLED}],
    ids=["another claim", "another owner", "cancelled"],
)
def test_a_write_to_what_is_not_ours_is_refused(words, insert, change):
    created = insert("a", "b")
    rows = claim(words)
    Execution.objects.filter(event_key="a").update(**change)

    with pytest.raises(LostClaims) as lost:
        words.write(1, [move(row) for row in rows], [job(row) for row in rows])

    assert lost.value.ids == {created["a"]}
    assert not Job.objects.exists()


def test_the_same_write_is_not_done_twice(words, insert):
    insert("a")
    [row] = claim(words)
    begun = move(row, ExecutionStatus.RUNNING, owner=1)
    words.write(1, [begun], [job(row)])

    with pytest.raises(LostClaims):
        words.write(1, [begun], [job(row)])


def test_moments_are_stored_as_django_stores_them(words, insert):
    zone = datetime.fromisoformat("2026-11-22T11:00:00+02:00")
    insert("a", due_at=zone)

    assert Execution.objects.get(due_at=zone).due_at.tzinfo is UTC


def test_a_cancelled_execution_of_a_group_takes_its_effects_with_it(words, insert):
    insert("a")
    [row] = claim(words)
    services.cancel(Execution.objects.get(), NOW)

    with pytest.raises(LostClaims):
        words.write(1, [move(row)], [])


FRAMES = [{"key": "a", "job": 1, "index": 2, "item": TYPED}, {"key": "b", "index": 0}]


def test_frames_are_written_and_come_back_with_a_claim(words, insert):
    insert("a")
    [row] = claim(words)
    assert row.frames is None

    words.write(1, [move(row, ExecutionStatus.QUEUED, due_at=NOW, frames=FRAMES)], [])

    assert Execution.objects.get().frames == FRAMES
    assert claim(words)[0].frames == FRAMES


def test_frames_are_gone_when_the_body_is_left(words, insert):
    insert("a", "b")
    rows = claim(words)
    words.write(
        1,
        [move(row, ExecutionStatus.RUNNING, owner=1, frames=FRAMES) for row in rows],
        [],
    )
    for row in rows:
        row.token += 1

    words.write(1, [move(rows[0], frames=FRAMES[:1]), move(rows[1], frames=[])], [])

    stored = Execution.objects.order_by("pk").values_list("frames", flat=True)
    assert list(stored) == [FRAMES[:1], None]
    assert Execution.objects.filter(frames__isnull=True).count() == 1


def test_a_job_has_its_round(words, insert):
    insert("a")
    [row] = claim(words)

    words.write(1, [move(row)], [job(row, round="3.1"), job(row, 2)])

    rounds = Job.objects.order_by("number").values_list("round", flat=True)
    assert list(rounds) == ["3.1", ""]


@pytest.fixture
def begin(words):
    """Start executions of versions, given by key; give what became of them."""

    def begin(**versions):
        rows = [
            NewExecution(version.workflow_id, version.pk, key, {}, NOW)
            for key, version in versions.items()
        ]
        return words.start(rows, NOW)

    return begin


def counters(version):
    version.refresh_from_db()
    version.workflow.refresh_from_db()
    return version.workflow.run_count, version.run_count


def test_a_start_counts_on_workflow_and_version(begin, make_version):
    first, second = make_version(), make_version(title="other")

    started = begin(a=first, b=second, c=first)

    stored = Execution.objects.values_list("event_key", "pk")
    assert started.created == dict(stored)
    assert started.guarded == set()
    assert [counters(first), counters(second)] == [(2, 2), (1, 1)]


def test_a_start_passes_over_what_exists_and_does_not_count_it(begin, make_version):
    version = make_version()
    begin(a=version)

    assert list(begin(a=version, b=version).created) == ["b"]
    assert counters(version) == (2, 2)


@pytest.mark.parametrize("policy", ["queue", "skip", "restart"])
def test_a_start_leaves_what_a_policy_guards(begin, make_version, policy):
    guarded = make_version(options={"concurrency": policy})
    free = make_version(title="free", options={"concurrency": "parallel"})

    started = begin(a=guarded, b=free)

    assert (list(started.created), started.guarded) == (["b"], {"a"})
    assert [counters(guarded), counters(free)] == [(0, 0), (1, 1)]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="a setting of PostgreSQL")
class TestHurry:
    """What may be lost does not wait for the disk; all else does."""

    @pytest.fixture
    def said(self):
        def said():
            with connection.cursor() as cursor:
                cursor.execute("SHOW synchronous_commit")
                return cursor.fetchone()[0]

        return said

    @pytest.mark.django_db(transaction=True)
    def test_a_claim_that_commits_by_itself_does_not_wait(self, insert, said):
        insert("a")

        with CaptureQueriesContext(connection) as queries:
            assert len(claim(statements())) == 1

        assert "set_config('synchronous_commit', 'off', true)" in queries[0]["sql"]
        assert said() == "on"

    @pytest.mark.django_db(transaction=True)
    def test_a_claim_leaves_the_transaction_around_it_alone(self, insert, said):
        insert("a")

        with transaction.atomic():
            assert len(claim(statements())) == 1
            assert said() == "on"
