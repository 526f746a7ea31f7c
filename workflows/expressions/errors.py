"""What can be wrong with an expression, told with its text and position."""

from decimal import DecimalException, Overflow

from workflows.exceptions import WorkflowError
from workflows.expressions.faults import Exceeded, Fault, Missing, Private

SHOWN = 80  #: characters of an expression that an error repeats


class ExpressionError(WorkflowError, ValueError):
    """Tell which expression is wrong, where (offset from 0), and why."""

    def __init__(self, expression: str, position: int | None, message: str) -> None:
        super().__init__(expression, position, message)
        self.expression = expression
        self.position = position
        self.message = message

    def __str__(self) -> str:
        place = f" at {where(self.expression, self.position or 0)}"
        shown = excerpt(self.expression, self.position or 0)
        return f'In "{shown}"{"" if self.position is None else place}: {self.message}'


class ExpressionSyntaxError(ExpressionError):
    """The text does not follow the language."""


class UnknownName(ExpressionError):
    """Nothing in scope has this name or this key."""


class ExpressionRefused(ExpressionError):
    """The expression asks for what is forbidden or exceeds a cap."""


class EvaluationError(ExpressionError):
    """The expression is sound, but its values do not allow a result."""


#: What a single step may raise; everything else is a defect and passes through.
FAULTS = (
    Fault,
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    RecursionError,
    TypeError,
    ValueError,
)


def located(expression: str, position: int, fault: Exception) -> ExpressionError:
    """Give the fault of one step its expression and position."""
    match fault:
        case Exceeded() | Private():
            return ExpressionRefused(expression, position, str(fault))
        case Missing():
            return UnknownName(expression, position, str(fault))
        case OverflowError() | Overflow() | MemoryError() | RecursionError():
            return ExpressionRefused(expression, position, "The result is too large.")
        case _:
            return EvaluationError(expression, position, sentence(fault))


def sentence(fault: Exception) -> str:
    if isinstance(fault, ZeroDivisionError):
        return "Division by zero."
    if isinstance(fault, DecimalException):
        return "These numbers cannot be calculated with."
    if isinstance(fault, Fault):
        return str(fault)
    text = str(fault).strip() or type(fault).__name__
    return f"{text[0].upper()}{text[1:].rstrip('.')}."


def where(expression: str, position: int) -> str:
    before = expression[:position]
    column = position - before.rfind("\n")
    if "\n" not in expression:
        return f"column {column}"
    return f"line {before.count(chr(10)) + 1}, column {column}"


def excerpt(expression: str, position: int) -> str:
    """Cut a long expression to the part around the position."""
    start = max(0, min(position - SHOWN // 2, len(expression) - SHOWN))
    shown = " ".join(expression[start : start + SHOWN].split())
    before = "…" if start else ""
    after = "…" if len(expression) > start + SHOWN else ""
    return f"{before}{shown}{after}"
