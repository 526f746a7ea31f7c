"""Command-variables: names that, put into the stack, are executed and removed."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from handlers.actions.session import Session
from handlers.actions.stack import HashMap
from workflows.attempts import Errored, attempt
from workflows.registry import Registry

Run: TypeAlias = Callable[[Session, str], None]


@dataclass(frozen=True, slots=True)
class Command:
    """What a name in the stack does when its handler has ended."""

    name: str
    run: Run
    #: Commands of one handler run by rank, then in the order they were put.
    rank: int
    #: Its value may hold secrets, which no record may show.
    is_secret: bool = False


#: By name; a name that ends in an underscore stands for all that begin with it.
commands: Registry[Command] = Registry("command")


def register_command(
    name: str, run: Run, rank: int, *, is_secret: bool = False
) -> None:
    commands.add(name, Command(name, run, rank, is_secret))


def command_of(name: str) -> Command | None:
    if name in commands:
        return commands.get(name)
    prefix, underscore, rest = name.partition("_")
    if rest and prefix + underscore in commands:
        return commands.get(prefix + underscore)
    return None


def take(stack: HashMap) -> list[tuple[Command, str, str]]:
    """Take the commands out of the stack, in the order in which they run."""
    found = [
        (command, name, value)
        for name, value in stack.as_dict().items()
        if (command := command_of(name)) is not None
    ]
    for _command, name, _value in found:
        stack.remove(name)
    return sorted(found, key=lambda each: each[0].rank)


def execute(session: Session) -> None:
    """Run the commands of the stack; what goes wrong becomes its ErrorMessage."""
    for command, name, value in take(session.stack):
        argument = value if command.name == name else json.dumps([name, value])
        done = attempt(lambda: command.run(session, argument), blame_database=True)  # noqa: B023 - called at once
        shown = "…" if command.is_secret else shortened(value)
        if isinstance(done, Errored):
            session.stack.put("ErrorMessage", done.message)
            session.log(f"{name}={shown}: {done.message}")
        else:
            session.log(f"{name}={shown}")


def shortened(value: Any, longest: int = 200) -> str:
    text = str(value)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
