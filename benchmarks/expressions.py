"""How long it takes to compile and to render expressions."""

import timeit
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial

from workflows.expressions import compile_text, compile_value

SCOPE = {
    "trigger": {
        "date": datetime(2026, 1, 31, tzinfo=UTC),
        "data": {"total": 21, "price": Decimal("10.50"), "lines": [{"price": 1}] * 100},
    }
}
TEXTS = (
    "a constant text",
    "{{ trigger.data.total }}",
    "{{ trigger.data.total * 2 }}",
    "{{ ROUND(trigger.data.price * 1.2, 2) }}",
    "{{ 'big' if trigger.data.total > 20 else 'small' }}",
    "Total {{ trigger.data.total }} at {{ trigger.date }}",
    "{{ trigger.data.lines|sum(attribute='price') }}",
)
VALUE = {"to": "{{ trigger.data.total }}", "fixed": list(range(1000)), "more": ["a"]}
LOOPS = 2_000


def best(function: Callable[[], object]) -> float:
    """Return the microseconds of the best of five runs."""
    return min(timeit.repeat(function, number=LOOPS, repeat=5)) / LOOPS * 1e6


def main() -> None:
    print(f"{'compile':>10} {'render':>10}   microseconds")
    for text in TEXTS:
        template = compile_text(text)
        compiling = best(partial(compile_text.__wrapped__, text))
        rendering = best(partial(template.render, SCOPE))
        print(f"{compiling:>10.2f} {rendering:>10.2f}   {text}")
    value, constant = compile_value(VALUE), compile_value(VALUE["fixed"])
    print(f"{'':>10} {best(lambda: value.render(SCOPE)):>10.2f}   object with one text")
    print(f"{'':>10} {best(lambda: constant.render(SCOPE)):>10.2f}   constant list")
    cached = best(lambda: compile_text(TEXTS[2]))
    print(f"{cached:>10.2f} {'':>10}   compiled before")


if __name__ == "__main__":
    main()
