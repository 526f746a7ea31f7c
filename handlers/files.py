"""The folder of works: their databases and files, and nothing outside of it."""

import re
from pathlib import Path

from handlers.conf import settings
from workflows.exceptions import WorkflowError

_NAME = re.compile(r"\w[\w.-]{0,99}")
#: Longest path of a file, in characters.
_LONGEST = 300


class NoFolder(WorkflowError):
    """Works have no place for files."""

    def __init__(self) -> None:
        super().__init__(
            'Works may not use files here. Set WORKS["FOLDER"] in the settings to '
            "allow it."
        )


class PathRefused(WorkflowError):
    """A path that leads out of the folder of works, or cannot be one."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"The file '{path[:60]}' is refused: give a path below the folder of "
            "works, without '..'."
        )


class NameRefused(WorkflowError):
    """A name of a database that is no plain word."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The database name '{name[:60]}' is refused: it may have letters, "
            "digits, '-', '_' and '.', and no '..'."
        )


def file_of(path: str) -> Path:
    """Find the place of a work's file; links that lead outside are refused too."""
    root = _folder("files")
    parts = Path(path).parts
    odd = not path or len(path) > _LONGEST or "\0" in path or "\\" in path
    if odd or Path(path).is_absolute() or ".." in parts or not parts:
        raise PathRefused(path)
    place = (root / path).resolve()
    if place == root or not place.is_relative_to(root):
        raise PathRefused(path)
    return place


def check_name(name: str) -> None:
    """Raise `NameRefused` unless this can name a database; "" is the main one."""
    if name and (not _NAME.fullmatch(name) or ".." in name):
        raise NameRefused(name)


def database_file(name: str) -> Path:
    check_name(name)
    return _folder("databases") / f"{name or 'main'}.sqlite3"


def _folder(name: str) -> Path:
    if not settings().folder:
        raise NoFolder
    root = Path(settings().folder).resolve() / name
    root.mkdir(parents=True, exist_ok=True)
    return root
