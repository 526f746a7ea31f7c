"""Background works on real clusters: once at a time, and from the first handler."""

import json
import os
import signal
import subprocess

import pytest

from tests.processes.conftest import command
from tests.processes.waiting import eventually

pytestmark = pytest.mark.processes


def notes(*seconds):
    return [
        {"type": "pythonargs", "method": f"note(h{number},{each})"}
        for number, each in enumerate(seconds, start=1)
    ]


def start(site, *works):
    text = json.dumps(list(works))
    subprocess.run(
        command("startworks"), input=text, text=True, env=site.variables, check=True
    )


def states(site):
    return dict(
        site.place.rows("SELECT state, count(*) FROM handlers_work GROUP BY state")
    )


def await_all(site, count, seconds=20.0):
    def reasons():
        rows = "SELECT id, state, attempts, reason FROM handlers_work"
        return str(site.place.rows(rows))

    eventually(
        lambda: states(site) == {"succeeded": count}, "all succeeded", seconds, reasons
    )


def test_a_cluster_runs_works(site, start_cluster):
    start(site, *[{"work": notes(0, 0)}] * 5)
    start_cluster(site)

    start(site, *[{"work": notes(0, 0)}] * 15)

    await_all(site, 20)
    assert len(site.journal()) == 20 * 4


def test_long_works_keep_no_other_waiting(small_site, start_cluster):
    start_cluster(small_site)
    start(small_site, *[{"work": notes(5)}] * 4)

    start(small_site, {"work": notes(0), "tag": "quick"})

    sql = "SELECT count(*) FROM handlers_work WHERE tag='quick' AND state='succeeded'"
    eventually(lambda: small_site.place.rows(sql)[0][0], "the quick one is done", 4)
    await_all(small_site, 5)


def test_a_killed_worker_runs_again_from_the_first_handler(site, start_cluster):
    site.configure(WORKFLOWS_LEASE="3")
    start(site, {"work": notes(0, 2, 0)})
    start_cluster(site)
    eventually(lambda: ("h2", "begins") in seen(site), "handler 2 had begun")

    os.kill(int(site.journal()[0][2]), signal.SIGKILL)

    await_all(site, 1, seconds=30)
    before, again = [("h1", "begins"), ("h1", "ends"), ("h2", "begins")], []
    again = [(f"h{n}", what) for n in (1, 2, 3) for what in ("begins", "ends")]
    assert seen(site) == before + again
    assert len({line[2] for line in site.journal()}) == 2
    runs = site.place.rows("SELECT state FROM handlers_workrun ORDER BY number")
    assert runs == [("lost",), ("succeeded",)]


def seen(site):
    return [(name, what) for _work, name, _pid, what in site.journal()]


def test_a_cluster_that_is_deaf_to_works_alone_is_killed(small_site, start_cluster):
    small_site.configure(WORKFLOWS_DEAF_AFTER="2")
    cluster = start_cluster(small_site)
    for worker in cluster.workers():
        worker.suspend()

    start(small_site, {"work": notes(0)})

    assert cluster.ends(15) == 3
    start_cluster(small_site)
    await_all(small_site, 1)


def test_a_stop_hands_back_between_handlers(site, start_cluster):
    start(site, {"work": notes(1, 60)})
    cluster = start_cluster(site)
    eventually(site.journal, "the first handler had begun")

    cluster.send(signal.SIGTERM)

    assert cluster.ends(10) == 0
    assert states(site) == {"enqueued": 1}
    assert seen(site) == [("h1", "begins"), ("h1", "ends")]


def test_kills_in_the_middle_lose_nothing(site, start_cluster):
    site.configure(WORKFLOWS_LEASE="2")
    start(site, *[{"work": notes(0.05, 0.05)}] * 60)
    cluster = start_cluster(site)
    eventually(lambda: len(site.journal()) > 40, "it was in the middle")
    cluster.send(signal.SIGKILL, group=True)
    cluster.ends(5)
    assert states(site) != {"succeeded": 60}

    start_cluster(site)

    await_all(site, 60, seconds=30)
    assert all_alone(site.journal())


def all_alone(journal):
    """Tell whether no work was run by two at once: who ends it is who began it."""
    owner = {}
    for work, name, pid, what in journal:
        if what == "begins":
            owner[work] = (name, pid)
        elif owner[work] != (name, pid):
            return False
    return True
