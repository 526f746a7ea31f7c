"""Python functions that workflows may call: decorated ones, and of listed modules.

Nothing else can be called. `workflow_functions.py` of each installed app is imported at
the start; the setting `FUNCTION_MODULES` lists further modules, whose public functions
are all callable.
"""

import importlib
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, get_type_hints, overload

from asgiref.sync import async_to_sync

from handlers.arguments import (
    Annotation,
    ArgumentNotSupported,
    Parameter,
    parameters_of,
    read,
)
from workflows.conf import settings
from workflows.exceptions import WorkflowError
from workflows.registry import Registry

F = TypeVar("F", bound=Callable[..., Any])
#: The module of each app that is imported at the start; names do without it.
MODULE = "workflow_functions"
#: The argument that is filled with the idempotency key of the run.
KEY = "idempotency_key"


class FunctionUnknown(WorkflowError):
    """A name that no callable function has."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"There is no workflow function '{name[:80]}'. Decorate it with "
            "@workflow_function in workflow_functions.py of an installed app, or list "
            'its module in WORKFLOWS["FUNCTION_MODULES"].'
        )


class ResultOfAnotherType(WorkflowError):
    """A function that gave something else than it promised."""

    def __init__(self, name: str, value: object) -> None:
        super().__init__(
            f"The function '{name}' gave {str(value)[:60]!r} ({type(value).__name__}), "
            "which is not what the annotation of its result says."
        )


@dataclass(frozen=True, slots=True)
class WorkflowFunction:
    """A function with what a form needs to know of it."""

    name: str
    title: str
    description: str
    function: Callable[..., Any]
    parameters: tuple[Parameter, ...]
    returns: Annotation
    takes_key: bool

    @classmethod
    def of(
        cls, function: Callable[..., Any], name: str, title: str = ""
    ) -> "WorkflowFunction":
        """Read a function; raise `ArgumentNotSupported` if no form fits it."""
        hints = get_type_hints(function, include_extras=True)
        text = inspect.getdoc(function) or ""
        return cls(
            name=name,
            title=title or name.rpartition(".")[2].replace("_", " ").capitalize(),
            description=text.split("\n\n")[0].replace("\n", " "),
            function=function,
            parameters=parameters_of(function, name, hints, {KEY}),
            returns=read(hints.get("return", inspect.Parameter.empty)),
            takes_key=KEY in inspect.signature(function).parameters,
        )

    def __call__(self, arguments: Mapping[str, Any], idempotency_key: str) -> Any:
        """Call it, wait for it if it is async, and check what it gives."""
        given = dict(arguments)
        if self.takes_key:
            given[KEY] = idempotency_key
        function = self.function
        if inspect.iscoroutinefunction(function):
            function = async_to_sync(function)
        result = function(**given)
        if not self.returns.accepts(result):
            raise ResultOfAnotherType(self.name, result)
        return result


registered: Registry[WorkflowFunction] = Registry("function")


@overload
def workflow_function(function: F, /) -> F: ...
@overload
def workflow_function(*, name: str = "", title: Any = "") -> Callable[[F], F]: ...
def workflow_function(
    function: Any = None, /, *, name: str = "", title: Any = ""
) -> Any:
    """Let workflows call a function; it stays what it is.

    `name` is what workflows call it by, for ever: without one it is the module, but for
    `workflow_functions`, and the name of the function.
    """

    def register(function: F) -> F:
        known_as = name or _name(function)
        registered.add(known_as, WorkflowFunction.of(function, known_as, title))
        return function

    return register if function is None else register(function)


def _name(function: Callable[..., Any]) -> str:
    module = function.__module__.removesuffix(f".{MODULE}")
    return f"{module}.{function.__name__}"


def find(name: str) -> WorkflowFunction:
    """Find a callable function; raise `FunctionUnknown`, or what is wrong with it."""
    if name in registered:
        return registered.get(name)
    path, _, last = name.rpartition(".")
    if path in settings().function_modules:
        function = dict(_public(path)).get(last)
        if function is not None:
            return WorkflowFunction.of(function, name)
    raise FunctionUnknown(name)


def functions() -> Iterator[WorkflowFunction]:
    """List what can be called; of listed modules only what a form fits."""
    yield from registered
    for path in settings().function_modules:
        for name, function in _public(path):
            try:
                yield WorkflowFunction.of(function, f"{path}.{name}")
            except ArgumentNotSupported:
                continue


def _public(path: str) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Give the public functions of a listed module, but for what it has imported."""
    for name, found in vars(importlib.import_module(path)).items():
        is_own = inspect.isfunction(found) and found.__module__ == path
        if is_own and not name.startswith("_"):
            yield name, found
