"""Real clusters in processes of their own, which end with the `with`."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from django.db import connection

from benchmarks.waiting import eventually
from workflows.models import Worker, WorkerQuerySet

#: Seconds that a cluster may take to start on a busy machine, and to stop.
PATIENCE, GRACE = 90, 20
Commands = tuple[tuple[str, ...], ...]
CLUSTER = ("runcluster",)


class ClusterDied(Exception):
    """A cluster that ended in the middle of a measurement."""

    def __init__(self, log: Path) -> None:
        last = log.read_text(errors="replace").strip()[-1000:]
        super().__init__(f"A cluster has ended by itself. Its last words: {last}")


@dataclass(frozen=True)
class Clusters:
    """Running clusters and what their processes use."""

    processes: list[subprocess.Popen[bytes]]
    logs: list[Path]
    #: When, in seconds since the epoch, the first was started.
    started: float

    def check(self) -> None:
        """Raise `ClusterDied` if one is gone."""
        for process, log in zip(self.processes, self.logs, strict=True):
            if process.poll() is not None:
                raise ClusterDied(log)

    def await_workers(self, count: int) -> None:
        def are_there() -> bool:
            self.check()
            return known_workers().count() >= count

        eventually(are_there, f"{count} workers were ready", PATIENCE)

    def family(self) -> list[psutil.Process]:
        found = []
        for process in self.processes:
            parent = psutil.Process(process.pid)
            found += [parent, *parent.children(recursive=True)]
        return found

    def memory(self) -> float:
        """Give the mean resident memory of the workers, in MB."""
        sizes = [psutil.Process(pid).memory_info().rss for pid in worker_pids()]
        return sum(sizes) / len(sizes) / 1e6

    def cpu(self) -> float:
        """Give the seconds of processor time that all processes have used."""
        return sum(_used(process) for process in self.family())

    def stop(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(GRACE)
            except subprocess.TimeoutExpired:
                _kill(process)


def known_workers() -> WorkerQuerySet:
    return Worker.objects.filter(kind=Worker.Kind.WORKER)


def worker_pids() -> list[int]:
    return list(known_workers().values_list("pid", flat=True))


def database_cpu() -> float:
    """Give the processor time of those PostgreSQL processes that serve our database."""
    name = f" {connection.settings_dict['NAME']} "
    served = [
        process
        for process in psutil.process_iter(["cmdline"])
        if name in " ".join(process.info["cmdline"] or ())
        and "postgres:" in process.info["cmdline"][0]
    ]
    return sum(_used(process) for process in served)


def _used(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)


def _kill(process: subprocess.Popen[bytes]) -> None:
    for each in psutil.Process(process.pid).children(recursive=True):
        each.kill()
    process.kill()
    process.wait()


@contextmanager
def clusters(
    folder: Path, workers: int, count: int = 1, commands: Commands = (CLUSTER,)
) -> Iterator[Clusters]:
    """Start clusters on the database of DATABASE_URL; stop them in the end."""
    running = Clusters([], [], time.time())
    try:
        for number, command in enumerate(commands * count):
            log = folder / f"cluster-{number}.log"
            running.logs.append(log)
            running.processes.append(_spawn(command, log, folder, workers))
        running.await_workers(workers * count)
        yield running
        running.check()
    finally:
        running.stop()


def _spawn(
    command: tuple[str, ...], log: Path, folder: Path, workers: int
) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "benchmarks.manage", *command],
            env={**os.environ, "WORKERS": str(workers), "VAR_DIR": str(folder)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
