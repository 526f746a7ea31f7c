"""Calls to the world outside, many in flight, none of which holds the others up."""

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any

from django.db import connections

from workflows.engine.run import Run


class Calls:
    """Threads that run outside nodes; without threads, the caller's own does."""

    def __init__(self, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads) if threads else None
        self._flying: dict[Future[Any], Run] = {}

    def __len__(self) -> int:
        return len(self._flying)

    @property
    def executions(self) -> list[int]:
        return [run.execution.pk for run in self._flying.values()]

    @property
    def runs(self) -> list[Run]:
        """Give what is in flight; another thread may ask."""
        return list(self._flying.values())

    def submit(self, run: Run) -> None:
        call, run.call = run.call, None
        if self._pool:
            future = self._pool.submit(_answer, call)
        else:
            future = Future()
            future.set_result(call())
        self._flying[future] = run

    def collect(self, timeout: float) -> list[Run]:
        """Give the runs whose calls have ended, waiting for the first if need be."""
        if not self._flying:
            return []
        done, _ = wait(self._flying, timeout, return_when=FIRST_COMPLETED)
        return [self._landed(future) for future in done]

    def _landed(self, future: Future[Any]) -> Run:
        run = self._flying.pop(future)
        run.answer = future.result()
        return run


def _answer(call: Callable[[], Any]) -> Any:
    try:
        return call()
    finally:
        connections.close_all()
