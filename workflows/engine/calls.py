"""Calls to the world outside, many in flight, none of which holds the others up."""

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connections

from workflows.engine.asking import Clock
from workflows.engine.mishaps import took_too_long
from workflows.engine.run import Run


@dataclass(slots=True, eq=False)
class Flight:
    """A call, and how long it may take."""

    run: Run
    number: int
    call: Callable[[], Any]
    clock: Clock
    limit: timedelta | None
    #: When it took off; None while all threads are busy.
    started_at: datetime | None = None

    def __call__(self) -> Any:
        self.started_at = self.clock()
        answer = self.call()
        return took_too_long(self.limit) if self.limit and self.is_late else answer

    @property
    def is_late(self) -> bool:
        if self.limit is None or self.started_at is None:
            return False
        return self.clock() - self.started_at > self.limit


class Calls:
    """Threads that run outside nodes; without threads, the caller's own does."""

    def __init__(self, threads: int, clock: Clock) -> None:
        self._threads = threads
        self._clock = clock
        self._pool = ThreadPoolExecutor(threads) if threads else None
        self._flying: dict[Future[Any], Flight] = {}
        #: Calls that took too long and have not come back: a thread each.
        self._lost: list[Future[Any]] = []

    def __len__(self) -> int:
        return len(self._flying)

    @property
    def executions(self) -> list[int]:
        return [flight.run.execution.pk for flight in self._flying.values()]

    @property
    def runs(self) -> list[Run]:
        """Give what is in flight; another thread may ask."""
        return [flight.run for flight in list(self._flying.values())]

    @property
    def is_leaking(self) -> bool:
        """Tell whether as many threads hang as there should be; another may ask."""
        hanging = [future for future in list(self._lost) if not future.done()]
        return bool(hanging) and len(hanging) >= self._threads

    def submit(self, run: Run) -> None:
        """Begin all calls of a run; its other branches may go on meanwhile."""
        calls, run.calls = run.calls, []
        for each in calls:
            run.flying.add(each.number)
            self._begin(Flight(run, each.number, each.call, self._clock, each.limit))

    def _begin(self, flight: Flight) -> None:
        if self._pool:
            future = self._pool.submit(_answer, flight)
        else:
            future = Future()
            future.set_result(flight())
        self._flying[future] = flight

    def collect(self, timeout: float) -> list[Run]:
        """Give the runs whose calls have ended, waiting for the first if need be."""
        if not self._flying:
            return []
        done, _ = wait(self._flying, timeout, return_when=FIRST_COMPLETED)
        return [self._landed(future) for future in done] + self._give_up()

    def _landed(self, future: Future[Any]) -> Run:
        return _arrived(self._flying.pop(future), future.result())

    def _give_up(self) -> list[Run]:
        """Wait no longer for calls beyond their time limit; their answers are lost.

        Their threads cannot be ended, so that others take their places.
        """
        late = [future for future, flight in self._flying.items() if flight.is_late]
        if not late:
            return []
        self._lost = [future for future in self._lost if not future.done()] + late
        if self._pool:
            # It ends by itself once its threads have come back.
            self._pool.shutdown(wait=False)
            self._pool = ThreadPoolExecutor(self._threads)
        return [self._abandoned(future) for future in late]

    def _abandoned(self, future: Future[Any]) -> Run:
        flight = self._flying.pop(future)
        return _arrived(flight, took_too_long(flight.limit or timedelta(0)))


def _arrived(flight: Flight, answer: Any) -> Run:
    flight.run.flying.discard(flight.number)
    flight.run.answers[flight.number] = answer
    return flight.run


def _answer(flight: Flight) -> Any:
    try:
        return flight()
    finally:
        connections.close_all()
