"""`pythonargs`: a function with arguments, as in `count(@goods,3)`."""

import re

from handlers.actions.assignments import value_of
from handlers.actions.contracts import ActionType
from handlers.actions.errors import MethodInvalid
from handlers.actions.modules import function
from handlers.actions.python import adopt
from handlers.actions.session import Session

_FORM = re.compile(r"\s*(?P<name>\w+)\s*\((?P<arguments>.*)\)\s*", re.DOTALL)


class PythonArgs(ActionType):
    """Calls `f(hashMap, *args)`; every argument is a text."""

    type = "pythonargs"

    def check(self, method: str) -> None:
        name, _arguments = self._split(method)
        function(name)

    def run(self, session: Session, method: str) -> None:
        name, arguments = self._split(method)
        values = [value_of(each, session.stack) for each in arguments]
        adopt(session, function(name)(session.stack, *values))

    def _split(self, method: str) -> tuple[str, list[str]]:
        found = _FORM.fullmatch(method)
        if found is None:
            raise MethodInvalid(self.type, method, "name(argument,@variable)")
        arguments = found["arguments"].strip()
        return found["name"], arguments.split(",") if arguments else []
