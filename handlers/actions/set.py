"""`set`: variables and commands, as in `a=b;c=@d;beep`."""

from handlers.actions.assignments import value_of
from handlers.actions.contracts import ActionType
from handlers.actions.errors import MethodInvalid
from handlers.actions.session import Session


class Set(ActionType):
    """Puts each expression into the stack; the first `=` splits it.

    There is no way to write a semicolon inside a value, as in SimpleUI.
    """

    type = "set"

    def check(self, method: str) -> None:
        for part in _parts(method):
            if not part.partition("=")[0].strip():
                wanted = "expressions such as a=b;c=@d;beep"
                raise MethodInvalid(self.type, method, wanted)

    def run(self, session: Session, method: str) -> None:
        self.check(method)
        stack = session.stack
        for part in _parts(method):
            name, _, value = part.partition("=")
            # On the left it is the variable whose name is the value.
            target = value_of(name, stack) if name.lstrip().startswith("@") else name
            stack.put(target.strip(), value_of(value, stack))


def _parts(method: str) -> list[str]:
    return [part for part in method.split(";") if part.strip()]


def names_of(method: str) -> set[str]:
    """List the names that an expression puts, for checks before a start."""
    return {part.partition("=")[0].strip() for part in _parts(method)}
