"""A process that is killed while it waits for a message takes no lock with it."""

import multiprocessing

import psutil
from django_q import cluster
from django_q.queues import Queue

from tests.processes.waiting import eventually
from workflows.cluster.queues import SturdyQueue, install

FORK = multiprocessing.get_context("fork")


def reads(queue, into):
    into.send("I read.")
    into.send(queue.get())


def reader(queue):
    """Start a process that waits for a message, and give what it is heard by."""
    ours, its = FORK.Pipe(duplex=False)
    process = FORK.Process(target=reads, args=(queue, its), daemon=True)
    process.start()
    assert ours.recv() == "I read."
    return process, ours


def is_waiting(process):
    return psutil.Process(process.pid).status() == psutil.STATUS_SLEEPING


def test_a_killed_reader_leaves_the_queue_to_others():
    queue = SturdyQueue()
    first, _ = reader(queue)
    eventually(lambda: is_waiting(first), "it waits for a message")
    first.kill()
    first.join()
    second, heard = reader(queue)

    queue.put("look")

    assert heard.poll(10)
    assert heard.recv() == "look"
    second.join()


def test_clusters_use_it(monkeypatch):
    monkeypatch.setattr(cluster, "Queue", Queue)

    install()

    assert cluster.Queue is SturdyQueue
