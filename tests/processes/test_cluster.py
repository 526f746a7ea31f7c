"""Real clusters on real databases: work is done, and survives what happens to them."""

import os
import signal
from datetime import datetime

import pytest
from django.utils import timezone

from tests.processes.waiting import all_gone, eventually, family

pytestmark = pytest.mark.processes

QUICK = [{"key": "one", "type": "stiff"}, {"key": "two", "type": "stiff"}]

on_postgresql = pytest.mark.parametrize("site", ["postgresql"], indirect=True)


def slow(*seconds, kind="slow"):
    return [
        {"key": f"n{number}", "type": kind, "config": {"seconds": each}}
        for number, each in enumerate(seconds)
    ]


def each_ran_once(site, count):
    """Check that each execution has one job for each node."""
    jobs = site.place.rows("SELECT execution_id, node_key FROM workflows_job")
    assert len(jobs) == len(set(jobs)) == count


def test_it_runs_what_is_started(site, start_cluster):
    site.prepare(QUICK, starts=5)
    start_cluster(site)

    site.prepare(QUICK, starts=15)

    site.await_all(20)
    each_ran_once(site, 40)


def test_the_broker_of_django_q_wakes_it_up(small_site, start_cluster):
    small_site.configure(BROKER="orm")
    start_cluster(small_site)

    small_site.prepare(QUICK, starts=20)

    small_site.await_all(20)
    each_ran_once(small_site, 40)


def test_redis_wakes_it_up(small_site, start_cluster, redis_queue):
    small_site.configure(**redis_queue)
    start_cluster(small_site)

    small_site.prepare(QUICK, starts=20)

    small_site.await_all(20)
    each_ran_once(small_site, 40)


def test_the_command_of_django_q_works_too(small_site):
    small_site.prepare(QUICK, starts=5)
    small_site.spawn("qcluster")

    small_site.await_all(5)


def test_sigterm_finishes_the_node_and_hands_back_the_rest(site, start_cluster):
    site.prepare(slow(1, 60), starts=1)
    cluster = start_cluster(site)
    eventually(site.journal, "the first node had begun")

    cluster.send(signal.SIGTERM)

    assert cluster.ends(10) == 0
    assert site.statuses() == {"queued": 1}
    assert site.count("workflows_job") == 1
    assert site.count("workflows_worker") == 0


def test_ctrl_c_of_the_terminal_is_as_graceful(small_site, start_cluster):
    small_site.prepare(slow(1, 60), starts=1)
    cluster = start_cluster(small_site)
    eventually(small_site.journal, "the first node had begun")

    cluster.send(signal.SIGINT, group=True)

    assert cluster.ends(10) == 0
    assert small_site.statuses() == {"queued": 1}


def test_a_node_that_goes_on_too_long_is_killed_and_its_lease_ended(
    small_site, start_cluster
):
    small_site.configure(WORKFLOWS_STOP_GRACE="1")
    small_site.prepare(slow(60), starts=1)
    cluster = start_cluster(small_site)
    everybody = cluster.family()
    eventually(small_site.journal, "the node had begun")

    cluster.send(signal.SIGTERM)

    assert cluster.ends(5) == 0
    assert all_gone(everybody)
    [(lease,)] = small_site.place.rows(
        "SELECT lease_until FROM workflows_worker WHERE id IN "
        "(SELECT owner FROM workflows_execution)"
    )
    assert datetime.fromisoformat(f"{lease}+00:00") < timezone.now()


def test_without_its_sentinel_it_ends_with_3(small_site, start_cluster):
    cluster = start_cluster(small_site, "--no-scheduler")
    everybody = cluster.family()

    cluster.sentinel().kill()

    assert cluster.ends(5) == 3
    assert all_gone(everybody)
    assert "The cluster died; what it had goes to others." in cluster.output


def test_nothing_outlives_a_killed_parent(small_site, start_cluster):
    cluster = start_cluster(small_site)
    everybody = cluster.family()
    assert len(everybody) == 6

    cluster.send(signal.SIGKILL)
    cluster.ends(5)

    eventually(lambda: all_gone(everybody), "all processes were gone", 5)


def test_a_killed_worker_gives_its_executions_to_others(site, start_cluster):
    site.configure(WORKFLOWS_LEASE="3")
    site.prepare(slow(2), starts=4)
    start_cluster(site)
    [(_, _, pid), *_] = eventually(site.journal, "a node had begun")

    os.kill(int(pid), signal.SIGKILL)

    site.await_all(4, seconds=30)
    each_ran_once(site, 4)


def test_a_stop_in_the_middle_loses_nothing(site, start_cluster):
    site.configure(WORKFLOWS_LEASE="2")
    site.prepare(slow(0.05, 0, 0.05), starts=30)
    cluster = start_cluster(site)
    eventually(lambda: len(site.journal()) > 20, "it was in the middle")
    cluster.send(signal.SIGKILL, group=True)
    cluster.ends(5)
    assert site.statuses() != {"succeeded": 30}

    start_cluster(site)

    site.await_all(30, seconds=30)
    each_ran_once(site, 90)


@pytest.mark.parametrize("deaf", ["workers", "pusher"])
def test_a_deaf_cluster_is_killed(small_site, start_cluster, deaf):
    small_site.configure(WORKFLOWS_DEAF_AFTER="2")
    cluster = start_cluster(small_site)
    everybody = cluster.family()
    pusher = family(cluster.sentinel().pid)[4]
    for process in cluster.workers() if deaf == "workers" else [pusher]:
        process.suspend()

    small_site.prepare(QUICK, starts=1)

    assert cluster.ends(15) == 3
    assert all_gone(everybody)
    assert "The cluster hears nothing while work waits" in cluster.output


@on_postgresql
def test_a_busy_cluster_is_not_deaf(site, start_cluster):
    site.configure(WORKFLOWS_DEAF_AFTER="1", WORKERS="1")
    site.prepare(slow(4, kind="stiff"), starts=1)
    cluster = start_cluster(site, workers=1)
    eventually(site.journal, "the node had begun")
    site.prepare(QUICK, starts=1)

    site.await_all(2)
    assert cluster.process.poll() is None


@on_postgresql
def test_sigterm_ends_between_the_quick_nodes_of_a_group(site, start_cluster):
    site.prepare(slow(1, 60, kind="stiff"), starts=3)
    cluster = start_cluster(site)
    eventually(site.journal, "the first node had begun")

    cluster.send(signal.SIGTERM)

    assert cluster.ends(10) == 0
    assert site.statuses() == {"queued": 3}
    assert {node for _, node, _ in site.journal()} == {"n0"}


@pytest.mark.parametrize("victim", ["worker", "other worker", "monitor", "pusher"])
def test_work_goes_on_whatever_is_killed(small_site, start_cluster, victim):
    small_site.configure(WORKFLOWS_DEAF_AFTER="2")
    cluster = start_cluster(small_site)
    names = ["worker", "other worker", "monitor", "pusher"]
    born = dict(zip(names, family(cluster.sentinel().pid)[1:], strict=True))

    born[victim].kill()
    small_site.prepare(QUICK, starts=10)
    eventually(
        lambda: small_site.is_done(10) or cluster.process.poll() == 3,
        "it worked, or asked to be started again",
    )

    if cluster.process.poll() == 3:
        start_cluster(small_site)
    small_site.await_all(10)


@on_postgresql
def test_a_database_that_comes_back_finds_all_at_work(site, start_cluster):
    cluster = start_cluster(site)
    everybody = cluster.family()

    site.place.rows(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    site.prepare(QUICK, starts=10)

    site.await_all(10)
    assert cluster.family() == everybody
