"""One race: work is enqueued, two workers start, and marks in files tell the rest.

Each step writes the moment of its run. The rate is from the first mark to the last.
"""

import json
import os
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

STEPS, WORKERS = 3, 2
SIZE = struct.calcsize("d")


def mark() -> None:
    os.write(_file(os.getpid()), struct.pack("d", time.time()))


@cache
def _file(pid: int) -> int:
    path = folder() / f"{pid}.marks"
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)


def folder() -> Path:
    return Path(os.environ["MARKS"])


def url() -> str:
    """Give the address of the private database."""
    return os.environ["DATABASE_URL"]


def marks() -> list[float]:
    content = b"".join(each.read_bytes() for each in folder().glob("*.marks"))
    whole = content[: len(content) // SIZE * SIZE]
    return [moment for (moment,) in struct.iter_unpack("d", whole)]


def _written() -> int:
    return sum(each.stat().st_size for each in folder().glob("*.marks")) // SIZE


def spawn(*command: str) -> subprocess.Popen[bytes]:
    """Start a process that ends with the group of this one; see `benchmarks.peers`."""
    with (folder() / "log").open("ab") as log:
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )


def worker(name: str = "work") -> subprocess.Popen[bytes]:
    return spawn(sys.executable, sys.argv[0], name)


def wait_until(condition: Callable[[], object], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            message = f"Within {seconds} s something did not happen."
            raise TimeoutError(message)
        time.sleep(0.05)  # noqa: TID251 - nothing to wait on


def finish(count: int, steps: int = STEPS) -> None:
    """Wait for all marks, and print what they say."""
    while _written() < count * steps:
        time.sleep(0.05)  # noqa: TID251 - nothing to wait on
    moments = marks()
    seconds = max(moments) - min(moments)
    print(json.dumps({"seconds": seconds, "marks": len(moments)}), flush=True)


def main(
    enqueue: Callable[[int], None], work: Callable[[], object], processes: int = WORKERS
) -> None:
    """Be the leader (`run 1000`) or a worker (`work`), by the command line."""
    if sys.argv[1] == "work":
        work()
        return
    count = int(sys.argv[2])
    enqueue(count)
    for _ in range(processes):
        worker()
    finish(count)
