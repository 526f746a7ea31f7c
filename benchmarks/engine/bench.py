"""What every workload gets: a place, and how large the measurement is."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

from benchmarks.clusters import Clusters, clusters
from benchmarks.figures import Figure
from benchmarks.places import Place


@dataclass(frozen=True)
class Bench:
    """The place of a run and its sizes."""

    place: Place
    workers: int
    #: Finished executions that W7 has in its table.
    history: int

    def clusters(self, count: int = 1) -> AbstractContextManager[Clusters]:
        return clusters(self.place.folder, self.workers, count)


class Skipped(Exception):
    """A workload that cannot be run here, and why."""


@dataclass(frozen=True)
class Workload:
    """One round of one measurement; `count` is how much of it by default."""

    name: str
    title: str
    count: int
    run: Callable[[Bench, int], Iterator[Figure]]
    #: Rounds that are of use; one where the workload repeats by itself.
    most: int = 100
