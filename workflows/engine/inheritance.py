"""What a process must not leave to its forks: they would hold it beyond its death."""

import os

#: Descriptors, each with what it was open for: the number alone is used again.
_kept: dict[int, tuple[int, int]] = {}


def keep_from_children(file: int) -> None:
    """Close `file` in every fork of this process, as far as the kernel is concerned.

    The number stays open on nothing, so that a driver which closes its connection in
    the child writes its farewell there and not to the server.
    """
    _kept.clear()
    _kept[file] = _identity(file)


def _identity(file: int) -> tuple[int, int]:
    state = os.fstat(file)
    return state.st_dev, state.st_ino


def _let_go() -> None:
    for file, identity in _kept.items():
        try:
            if _identity(file) == identity:
                null = os.open(os.devnull, os.O_RDWR)
                os.dup2(null, file, inheritable=False)
                os.close(null)
        except OSError:
            continue
    _kept.clear()


os.register_at_fork(after_in_child=_let_go)
