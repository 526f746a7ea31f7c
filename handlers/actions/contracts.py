"""What a type of handler promises."""

from abc import ABC, abstractmethod
from typing import ClassVar

from handlers.actions.session import Session
from workflows.registry import Registry


class ActionType(ABC):
    """The class behind a type of handler. One instance serves all runs."""

    #: The name in arrays.
    type: ClassVar[str]

    def check(self, method: str) -> None:
        """Raise a `WorkflowError` for a method that cannot work, before it starts."""

    @abstractmethod
    def run(self, session: Session, method: str) -> None:
        """Do it; what it raises becomes the ErrorMessage of the run."""


types: Registry[ActionType] = Registry("handler")


def register_type(action_type: type[ActionType]) -> None:
    types.add(action_type.type, action_type())
