"""Figures, gathered over rounds and printed as lines and as a table."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Figure:
    """One measured value."""

    workload: str
    what: str
    value: float
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.workload} {self.what}: {written(self.value, self.unit)}"


@dataclass
class Table:
    """All rounds of all figures."""

    rounds: dict[tuple[str, str, str], list[float]] = field(default_factory=dict)

    def add(self, figure: Figure) -> None:
        key = (figure.workload, figure.what, figure.unit)
        self.rounds.setdefault(key, []).append(figure.value)

    def markdown(self) -> str:
        rows = [
            (workload, what, written(statistics.median(values), unit), _all(values))
            for (workload, what, unit), values in self.rounds.items()
        ]
        return markdown(("workload", "figure", "median", "rounds"), sorted(rows))


def _all(values: Sequence[float]) -> str:
    return " / ".join(written(value) for value in values)


def written(value: float, unit: str = "") -> str:
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f} {unit}".strip()


def markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def percentile(values: Iterable[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[int((len(ordered) - 1) * part)]
