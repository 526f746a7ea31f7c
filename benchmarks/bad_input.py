"""How long the form of a schedule takes to refuse what is wrong.

    python -m benchmarks.bad_input

Needs no database. Prints the worst of the medians over everything that
`tests/triggers/schedule/test_form.py` lists, and the input that it belongs to.
"""

import statistics
import time
from typing import Any

import django

django.setup()

from tests.triggers.schedule.test_form import WRONG  # noqa: E402
from triggers.schedule.forms import ScheduleForm  # noqa: E402

ROUNDS = 9


def refusal(typed: Any) -> float:
    """Measure in milliseconds of CPU how long a refusal takes."""
    times = []
    for _ in range(ROUNDS):
        began = time.process_time()
        assert list(ScheduleForm(typed).problems())
        times.append((time.process_time() - began) * 1000)
    return statistics.median(times)


def main() -> None:
    slowest = max((refusal(typed), str(typed)[:160]) for typed, _, _ in WRONG)
    print(f"{len(WRONG)} refusals; the slowest takes {slowest[0]:.1f} ms: {slowest[1]}")


if __name__ == "__main__":
    main()
