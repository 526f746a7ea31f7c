"""`python`: a function `f(hashMap, _files=None, _data=None)` of a listed module."""

from collections.abc import Mapping
from typing import Any

from handlers.actions.contracts import ActionType
from handlers.actions.modules import function
from handlers.actions.session import Session
from handlers.actions.stack import HashMap


class Python(ActionType):
    """Calls the function; the stack is what it returns, or what it changed."""

    type = "python"

    def check(self, method: str) -> None:
        function(method.strip())

    def run(self, session: Session, method: str) -> None:
        adopt(session, function(method.strip())(session.stack))


def adopt(session: Session, returned: Any) -> None:
    """Take what a function returned as the stack; None leaves the one it had."""
    if isinstance(returned, HashMap) and returned is not session.stack:
        session.stack.replace(returned.as_dict())
    elif isinstance(returned, Mapping):
        session.stack.replace(returned)
