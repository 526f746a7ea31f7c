"""What can go wrong in one step; the compiler adds the expression and the place."""

from workflows.expressions.wording import capital, kind, show


class Fault(Exception):
    """A step cannot go on; the text is a sentence for the author."""


class Unfit(Fault):
    """A value is of the wrong kind."""

    def __init__(self, value: object, needed: str, hint: str = "") -> None:
        known = kind(value) if value is None else f"{kind(value)} ({show(value)})"
        super().__init__(f"{capital(needed)} is needed, not {known}.{hint}")


class Invalid(Fault):
    """A value is of the right kind, but not one of those that fit."""

    def __init__(self, value: object, reason: str) -> None:
        end = "" if reason.endswith("?") else "."
        super().__init__(f"{show(value)} {reason}{end}")


class Mismatch(Fault):
    """An operator does not work between these values."""

    def __init__(self, symbol: str, left: object, right: object) -> None:
        hint = " '~' joins texts." if symbol == "+" else ""
        super().__init__(
            f"'{symbol}' does not work between {kind(left)} ({show(left)}) "
            f"and {kind(right)} ({show(right)}).{hint}"
        )


class Empty(Fault):
    """There is no value to choose from."""

    def __init__(self, wanted: str) -> None:
        super().__init__(f"There is no {wanted} of nothing.")


class Exceeded(Fault):
    """A cap was reached."""

    def __init__(self, cap: int, reason: str) -> None:
        super().__init__(f"{reason}; the cap is {cap:,}.")


class Private(Fault):
    """A name begins with an underscore."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Names that start with '_' are private: {show(name)}.")


class Missing(Fault):
    """A key, an index or an attribute was not there."""

    def __init__(self, key: object, owner: object, close: str = "") -> None:
        super().__init__(f"{capital(kind(owner))} has no {show(key)}.{close}")
