"""Going on where an execution has stopped: what is kept, what runs again, and once."""

from datetime import timedelta

import pytest

from tests.conftest import NOW, drain
from tests.handlers.nodes.test_loop import loop, results
from tests.handlers.nodes.test_parallel import parallel, waits
from tests.nodes import Echo, Outside, node
from workflows import registry, services
from workflows.contracts import Effect, Failed, Succeeded
from workflows.exceptions import Archived, CannotGoOn, InvalidDefinition
from workflows.models import Category, Execution, Job
from workflows.services import Event

LATER = NOW + timedelta(hours=1)


class Weak(Echo):
    """Raises, or fails, until it is healed: if its value is the weak one."""

    type = "weak"
    effect = Effect.DATABASE
    healed = False
    asked = []

    def run(self, run):
        value = run.config["value"]
        self.asked.append(value)
        if self.healed or value not in {None, 2, "fail"}:
            return Succeeded(value)
        if value == "fail":
            return Failed("weak")
        raise ValueError("weak")


@pytest.fixture(autouse=True)
def weak(nodes):
    Weak.healed, Weak.asked = False, []
    with registry.nodes.temporarily(Weak.type, Weak()):
        yield


@pytest.fixture
def broken(make_version, run):
    return lambda *nodes, **values: run(make_version(*nodes, **values))


def mend(execution, now=LATER, **how):
    """Heal what was weak, go on, and run to the end."""
    Weak.healed, Weak.asked = True, []
    again = services.mend(execution, now, **how)
    for _ in range(5):
        drain(now)
        again.refresh_from_db()
        if again.is_final:
            break
        now = again.due_at or now
    return again


def test_what_was_done_is_not_done_again(broken):
    execution = broken(node("write", "once"), node("outside", 7), node("weak"))

    again = mend(execution)

    assert (execution.status, again.status) == ("error", "succeeded")
    assert Category.objects.count() == 1
    assert len(Outside.asked) == 1
    assert Weak.asked == [None]


def test_later_nodes_see_the_earlier_results_and_the_trigger(broken):
    seen = node("echo", "{{ nodes.write ~ nodes.weak }}", "seen")
    execution = broken(node("write", "a"), node("weak", "fail"), seen)

    again = mend(execution)

    assert again.jobs.get(node_key="seen").result == "afail"
    assert again.context == execution.context


def test_first_execution_stays_as_it_was(broken):
    execution = broken(node("write", "a"), node("weak"))
    before = list(execution.jobs.values())

    mend(execution)

    execution.refresh_from_db()
    assert execution.status == "error"
    assert list(execution.jobs.values()) == before


def test_loop_goes_on_in_the_round_that_failed(broken):
    body = [node("write", "{{ loop.index }}"), node("weak", "{{ loop.item }}")]
    execution = broken(loop(4, body), node("echo", "{{ nodes.loop.rounds }}"))

    again = mend(execution)

    assert again.status == "succeeded"
    assert sorted(Category.objects.values_list("name", flat=True)) == list("0123")
    assert Weak.asked == [2, 3]
    assert again.jobs.get(node_key="echo").result == 4


def test_loop_that_raises_itself_goes_on_behind_its_last_round(broken):
    config = {"condition": "{{ 1 / (2 - loop.item) > 0 }}", "check": "after"}
    execution = broken(loop(4, [node("write", "{{ loop.item }}")], **config))
    assert execution.status == "error"

    again = services.mend(execution, LATER)
    drain(LATER)
    again.refresh_from_db()

    # The condition is as wrong as before, and no round is run a second time.
    assert again.status == "error"
    assert Category.objects.count() == 3


def test_loops_inside_of_loops_go_on(broken):
    inner = loop(4, [node("weak", "{{ loop.item + loop.parent.item }}")], "inner")
    execution = broken(loop(2, [inner]))

    again = mend(execution)

    assert again.status == "succeeded"
    assert Weak.asked == [2, 3, 1, 2, 3, 4]


def test_many_rounds_copy_few_jobs(broken):
    execution = broken(loop(50, [node("echo", 1, "a")], "l"), node("weak"))

    again = services.mend(execution, LATER)

    assert Job.objects.filter(execution=execution).count() == 52
    assert Job.objects.filter(execution=again).count() == 2


def test_branches_that_ended_stay_ended(broken):
    first = [node("write", "a"), node("echo", "a", "a")]
    branches = {"one": first, "two": [waits(1, "w"), node("weak")]}
    execution = broken(parallel(**branches), node("echo", "{{ nodes.a }}", "end"))
    drain(NOW + timedelta(minutes=1))
    execution.refresh_from_db()
    assert execution.status == "error"

    again = mend(execution)

    assert again.status == "succeeded"
    assert Category.objects.count() == 1
    result = again.jobs.get(node_key="p").result
    statuses = [each["status"] for each in result["branches"].values()]
    assert statuses == ["succeeded", "succeeded"]


def test_branches_that_were_given_up_begin_their_node_again(broken):
    two = [waits(5, "w"), node("write", "b")]
    execution = broken(parallel(one=[waits(1, "v"), node("weak")], two=two))
    drain(NOW + timedelta(minutes=1))
    execution.refresh_from_db()
    assert execution.jobs.get(node_key="w").status == "cancelled"

    again = mend(execution)

    assert again.status == "succeeded"
    assert again.jobs.get(node_key="w").started_at == LATER


def test_branch_in_a_round_goes_on(broken):
    branches = {"one": [node("weak", "{{ loop.item }}")], "two": []}
    execution = broken(loop(4, [parallel(**branches)]))

    again = mend(execution)

    assert again.status == "succeeded"
    assert Weak.asked == [2, 3]


def test_softened_mishaps_leave_nothing_behind(broken):
    body = [node("weak", "{{ loop.item }}")]
    execution = broken(loop(4, body, on_error="continue"), node("weak", key="last"))

    assert execution.position == "last"
    assert execution.frames is None


def test_success_keeps_no_place(broken):
    body = [node("weak", "{{ loop.item }}")]
    execution = broken(loop(3, body, on_error="break"))

    assert execution.status == "succeeded"
    assert execution.frames is None


def test_place_of_an_older_engine_begins_the_loop_anew(broken):
    execution = broken(loop(3, [node("weak", "{{ loop.item }}")]))
    Execution.objects.filter(pk=execution.pk).update(frames=None)
    execution.refresh_from_db()

    again = mend(execution)

    assert again.status == "succeeded"
    assert Weak.asked == [0, 1, 2]


def test_cancelled_execution_goes_on_where_it_waited(broken):
    execution = broken(node("write", "a"), node("pause"))
    services.cancel(execution, NOW)
    execution.refresh_from_db()

    again = mend(execution)

    assert again.status == "succeeded"
    assert Category.objects.count() == 1


def test_time_begins_anew(broken):
    body = [node("pause", "for ever")]
    execution = broken(loop(2, body), options={"timeout": 90})
    services.expire(NOW + timedelta(seconds=90))
    execution.refresh_from_db()

    again = services.mend(execution, LATER)

    assert again.expires_at == LATER + timedelta(seconds=90)
    assert services.mending_of(execution).followed_by == again.pk


def test_tries_begin_anew(broken):
    retry = {"attempts": 2, "first": 0}
    execution = broken(node("weak", retry=retry))
    drain(NOW + timedelta(seconds=1))
    execution.refresh_from_db()
    assert execution.jobs.get().attempt == 2

    assert mend(execution).jobs.get().attempt == 1


def test_counter_of_the_workflow_stays_and_the_version_is_frozen(broken):
    execution = broken(node("weak"))

    mend(execution)

    version = execution.version
    version.refresh_from_db()
    assert (version.workflow.run_count, version.run_count) == (1, 2)


def test_limit_of_the_workflow_does_not_stop_it(broken):
    execution = broken(node("weak"), config={"starts_at": NOW, "max_runs": 1})

    assert mend(execution).status == "succeeded"


def test_execution_goes_on_once(broken):
    execution = broken(node("weak"))
    again = services.mend(execution, LATER)

    with pytest.raises(CannotGoOn, match=f"execution {again.pk} does so already"):
        services.mend(execution, LATER)
    assert Execution.objects.count() == 2


def test_what_goes_on_can_go_on_again(broken):
    execution = broken(node("write", "a"), node("weak"))
    second = services.mend(execution, LATER)
    drain(LATER)
    second.refresh_from_db()

    third = mend(second)

    assert (second.status, third.status) == ("error", "succeeded")
    assert services.mending_of(third).follows == second.pk
    assert Category.objects.count() == 1


def test_success_cannot_go_on(broken):
    execution = broken(node("echo"))

    with pytest.raises(CannotGoOn, match="it is 'succeeded'"):
        services.mend(execution, LATER)
    assert services.mending_of(execution) == services.Mending()


def test_deleted_version_cannot_go_on(broken):
    execution = broken(node("weak"))
    services.archive(execution.workflow, LATER)

    for newest in (False, True):
        with pytest.raises(Archived, match="is deleted"):
            services.mend(execution, LATER, newest=newest)
    assert services.mending_of(execution).nodes == ()


def test_policy_may_refuse_and_leaves_no_note(broken):
    execution = broken(node("weak"), options={"concurrency": "skip"})
    version = execution.version
    Execution.objects.filter(pk=execution.pk).update(position="weak")
    other = services.run_manually(version, {}, NOW)

    with pytest.raises(CannotGoOn, match="1 of at most 1 are unfinished"):
        services.mend(execution, LATER)
    services.cancel(other, LATER)
    assert mend(execution).status == "succeeded"


def test_synchronous_version_has_gone_on_at_once(broken, make_version):
    version = make_version(node("write", "a"), node("weak"), synchronous=True)
    execution = services.run_manually(version, {}, NOW)
    Weak.healed = True

    assert services.mend(execution, LATER).status == "succeeded"
    assert Category.objects.count() == 1


# With the newest version.


@pytest.fixture
def newest(broken):
    """Give an execution that broke, and a function that makes a newer version."""
    execution = broken(node("write", "a"), loop(4, [node("weak", "{{ loop.item }}")]))

    def change(*nodes):
        copy = services.copy_as_version(execution.version)
        services.edit(copy, {"schema": 1, "nodes": list(nodes)})
        return execution

    return change


def test_newest_version_is_taken_from_the_same_node(newest):
    body = [node("weak", "{{ loop.item + 10 }}")]
    execution = newest(node("write", "other"), loop(4, body), node("echo", "new"))

    assert services.mending_of(execution).newest == 2
    again = services.mend(execution, LATER, newest=True)
    drain(LATER)
    again.refresh_from_db()

    assert (again.status, again.version.number) == ("succeeded", 2)
    assert list(Category.objects.values_list("name", flat=True)) == ["a"]
    assert results(again, "weak") == [1, 12, 13]
    assert again.version.is_frozen


def test_newest_version_without_the_node_is_refused(newest):
    execution = newest(node("write", "a"), node("weak", 2))

    assert services.mending_of(execution).newest is None
    with pytest.raises(CannotGoOn, match="version 2 has its nodes at other places"):
        services.mend(execution, LATER, newest=True)


def test_newest_version_that_cannot_run_is_refused(newest):
    body = [node("weak", "{{ nodes.nope }}")]
    execution = newest(node("write", "a"), loop(4, body))

    with pytest.raises(InvalidDefinition, match="nope"):
        services.mend(execution, LATER, newest=True)


def test_same_version_offers_no_newer_one(broken):
    execution = broken(node("weak"))

    mending = services.mending_of(execution)

    assert (mending.nodes, mending.newest) == (("weak",), None)


def test_events_of_triggers_can_go_on_too(broken, make_version):
    version = make_version(node("weak"))
    event = Event(version.workflow_id, version.pk, "k", {"data": 7})
    execution = services.start(event, NOW)
    drain()
    execution.refresh_from_db()

    assert mend(execution).context == {"data": 7}
