"""Modules of handlers: only listed ones, with what SimpleUI offered to import."""

import importlib
import inspect
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from handlers.actions import android, simpleui
from handlers.conf import settings
from workflows.exceptions import WorkflowError

_lock = threading.RLock()
#: Modules whose import has ended.
_loaded: dict[str, ModuleType] = {}


class FunctionUnknown(WorkflowError):
    """A function that no listed module has."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"There is no handler function '{name[:60]}'. Functions are looked for in "
            'the modules that WORKS["MODULES"] lists.'
        )


def function(name: str) -> Callable[..., Any]:
    """Find a function by its name, in the listed modules and nowhere else."""
    plain = name.isidentifier() and not name.startswith("_")
    for path in settings().modules if plain else ():
        found = getattr(load(path), name, None)
        # What a module has imported is not for works to call.
        if inspect.isfunction(found) and found.__module__ == path:
            return found
    raise FunctionUnknown(name)


def load(path: str) -> ModuleType:
    """Import a module of handlers; it may import what SimpleUI had."""
    # In sys.modules it is as soon as its import begins, for other threads too.
    if path not in _loaded:
        with _lock, _simpleui_importable():
            _loaded[path] = importlib.import_module(path)
    return _loaded[path]


@contextmanager
def _simpleui_importable() -> Iterator[None]:
    """Let the modules of SimpleUI be found for the length of an import."""
    ours = {
        "ru": ModuleType("ru"),
        "ru.travelfood": ModuleType("ru.travelfood"),
        "ru.travelfood.simple_ui": simpleui,
        "android": android,
    }
    before = {name: sys.modules.get(name) for name in ours}
    sys.modules.update(ours)
    try:
        yield
    finally:
        for name, module in before.items():
            if module is None:
                sys.modules.pop(name, None)
            else:
                sys.modules[name] = module
