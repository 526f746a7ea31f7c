"""Nodes that kill their workers or never end, and what becomes of the others."""

import pytest

from tests.processes.waiting import eventually

pytestmark = pytest.mark.processes

QUICK = [{"key": "one", "type": "stiff"}, {"key": "two", "type": "stiff"}]
on_postgresql = pytest.mark.parametrize("site", ["postgresql"], indirect=True)
each_effect = pytest.mark.parametrize("kind", ["fatal", "fatal_outside"])


def fatal(way, kind="fatal"):
    return [{"key": "fatal", "type": kind, "config": {"way": way}}]


def ends(site, **statuses):
    """Wait until executions have these statuses, and so many of each."""
    eventually(
        lambda: site.statuses() == statuses, f"they were {statuses}", 60, site.statuses
    )


def reason(site):
    [(text,)] = site.place.rows(
        "SELECT reason FROM workflows_execution WHERE status <> 'succeeded'"
    )
    return text


@each_effect
@pytest.mark.parametrize("way", ["segfault", "exit"])
def test_what_kills_its_workers_is_parked_and_the_rest_goes_on(
    small_site, start_cluster, kind, way
):
    small_site.prepare(fatal(way, kind), starts=1)
    small_site.prepare(QUICK, starts=10)
    start_cluster(small_site)

    ends(small_site, succeeded=10, error=1)

    assert reason(small_site) == "killed its worker 3 times"
    assert [node for _, node, _ in small_site.journal()].count("fatal") == 3


def test_a_handler_that_exits_leaves_its_worker_alive(small_site, start_cluster):
    small_site.prepare(fatal("raise"), starts=1)
    cluster = start_cluster(small_site)
    workers = cluster.workers()

    ends(small_site, error=1)

    assert reason(small_site) == "fatal: SystemExit: 1"
    assert cluster.workers() == workers


@on_postgresql
@each_effect
def test_a_node_that_hangs_beyond_its_timeout_loses_its_worker(
    site, start_cluster, kind
):
    site.configure(WORKFLOWS_TIMEOUT_GRACE="1", WORKERS="1")
    site.prepare(fatal("hang", kind), options={"timeout": 2}, starts=1)
    cluster = start_cluster(site, workers=1)
    eventually(site.journal, "the node had begun")
    site.prepare(QUICK, starts=5)

    eventually(lambda: site.statuses().get("succeeded") == 5, "the others ran", 40)

    cluster.says("goes on beyond its timeout; its worker dies.")
    assert cluster.process.poll() is None


def test_a_node_that_lets_no_thread_run_loses_its_worker_with_its_lease(
    small_site, start_cluster
):
    small_site.configure(WORKFLOWS_LEASE="3", WORKERS="1")
    small_site.prepare(fatal("hang in C"), starts=1)
    cluster = start_cluster(small_site, workers=1)

    cluster.says("gives no sign of life; it is killed.")
    small_site.prepare(QUICK, starts=5)

    ends(small_site, succeeded=5, error=1)
    assert reason(small_site) == "killed its worker 3 times"
