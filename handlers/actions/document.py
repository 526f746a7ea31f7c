"""The handler array as a document: read, checked, and written again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from handlers.actions.errors import HandlersInvalid, TypeUnsupported
from handlers.actions.texts import read_json

#: Handlers in one array, those of `postExecute` included, and their nesting.
MOST, DEEPEST = 500, 8
#: Longest method, in characters.
LONGEST = 200_000
RUN, ASYNC, PROGRESS = "run", "runasync", "runprogress"
ACTIONS = (RUN, ASYNC, PROGRESS)
TYPES = (
    "http",
    "nosql",
    "online",
    "python",
    "pythonargs",
    "pythonscript",
    "set",
    "sql",
)
#: What wants a device, a browser page or another product.
DEVICE_TYPES = (
    "html2image",
    "httpworker",
    "js",
    "onlinews",
    "pelican",
    "pythonbytes",
    "pythonreload",
    "worker",
)


@dataclass(frozen=True, slots=True)
class Action:
    """One handler of the array."""

    type: str
    method: str
    #: How it runs: `run`, `runasync` or `runprogress`.
    action: str = RUN
    #: Only for this event; empty: always, in its turn.
    event: str = ""
    #: Only if the variable `listener` says so; empty: always.
    listener: str = ""
    alias: str = ""
    #: What follows when it has ended.
    post: tuple["Action", ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Write it with its keys in the documented order, those that are set."""
        values = {
            "event": self.event,
            "listener": self.listener,
            "action": self.action,
            "type": self.type,
            "method": self.method,
            "postExecute": [each.as_json() for each in self.post],
            "alias": self.alias,
        }
        return {name: value for name, value in values.items() if value}


@dataclass
class _Count:
    left: int = field(default=MOST)


def read_actions(value: Any, what: str = "work") -> tuple[Action, ...]:
    """Read a handler array, a list or its JSON text; raise for the first fault."""
    return _read(value, what, 0, _Count())


def _read(value: Any, what: str, depth: int, count: _Count) -> tuple[Action, ...]:
    listed = read_json(value, what)
    if not isinstance(listed, Sequence) or isinstance(listed, str):
        raise HandlersInvalid(what, "a list of handlers is expected.")
    if depth > DEEPEST:
        raise HandlersInvalid(what, "handlers are nested too deeply.")
    count.left -= len(listed)
    if count.left < 0:
        raise HandlersInvalid(what, f"there are more than {MOST} handlers.")
    return tuple(
        _read_one(each, f"{what}[{number}]", depth, count)
        for number, each in enumerate(listed)
    )


def _read_one(value: Any, what: str, depth: int, count: _Count) -> Action:
    if not isinstance(value, Mapping):
        raise HandlersInvalid(what, "a handler is an object.")
    texts = {name: _text(value, name, what) for name in _TEXTS}
    action = Action(
        type=texts["type"],
        method=texts["method"],
        action=texts["action"] or RUN,
        event=texts["event"],
        listener=texts["listener"],
        alias=texts["alias"],
        post=_post(value.get("postExecute"), what, depth, count),
    )
    _check(action, what)
    return action


_TEXTS = ("type", "method", "action", "event", "listener", "alias")


def _text(value: Mapping[str, Any], name: str, what: str) -> str:
    text = value.get(name)
    if text is None:
        return ""
    if not isinstance(text, str):
        raise HandlersInvalid(what, f"'{name}' must be a text.")
    return text if name == "method" else text.strip()


def _post(value: Any, what: str, depth: int, count: _Count) -> tuple[Action, ...]:
    if value is None or (isinstance(value, str) and not value.strip()):
        return ()
    return _read(value, f"{what}.postExecute", depth + 1, count)


def _check(action: Action, what: str) -> None:
    if action.action not in ACTIONS:
        known = ", ".join(ACTIONS)
        raise HandlersInvalid(
            what, f"there is no action '{action.action[:40]}'; it may be {known}."
        )
    if not action.type:
        raise HandlersInvalid(what, f"it needs a type: {', '.join(TYPES)}.")
    if action.type not in TYPES:
        if action.type in DEVICE_TYPES:
            raise TypeUnsupported(what, action.type, TYPES)
        raise HandlersInvalid(
            what,
            f"there is no type '{action.type[:40]}'. Known types: {', '.join(TYPES)}.",
        )
    if not action.method.strip():
        raise HandlersInvalid(what, "it has no method.")
    if len(action.method) > LONGEST or "\0" in action.method:
        raise HandlersInvalid(what, "its method is too long, or holds a NUL.")


def each(actions: Sequence[Action]) -> Iterator[Action]:
    """Give all handlers of an array, those of `postExecute` too."""
    for action in actions:
        yield action
        yield from each(action.post)
