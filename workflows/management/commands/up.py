"""`manage.py up`: web, scheduler, cluster and the project's own, in one terminal."""

import http.client
import os
import socket
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from workflows.conf import settings
from workflows.supervisor import Program, Supervisor

HOST = "127.0.0.1"
#: Asks the web server whether it is there; its log is told by it.
QUESTION = "/?is-punctual-up"
#: ANSI colours of the names, in turn.
COLOURS = (36, 35, 33, 32, 34, 31)


class Command(BaseCommand):
    help = "Run web, scheduler and cluster together; Ctrl-C stops them all."

    def handle(self, **options: Any) -> None:
        port = _free_port(os.environ.get("PORT") or "8000")
        self.programs = _programs(port)
        Supervisor(self.programs, self._say, when_up=lambda: self._announce(port)).run()
        self._say("", b"Punctual has stopped.")

    def _announce(self, port: int) -> None:
        self._say("", b"Punctual is running. Ctrl-C stops it.")
        self._say("", f"http://{HOST}:{port}/".encode())

    def _say(self, name: str, line: bytes) -> None:
        """Pass a line on as it is, behind the name of its program."""
        sys.stdout.buffer.write(self._label(name) + line.rstrip(b"\r") + b"\n")
        sys.stdout.buffer.flush()

    def _label(self, name: str) -> bytes:
        if not name:
            return b""
        names = [program.name for program in self.programs]
        text = f"{name:<{max(map(len, names))}} |"
        if sys.stdout.isatty() and "NO_COLOR" not in os.environ:
            colour = COLOURS[names.index(name) % len(COLOURS)]
            text = f"\x1b[{colour}m{text}\x1b[0m"
        return f"{text} ".encode()


def _programs(port: int) -> list[Program]:
    web = ("runserver", f"{HOST}:{port}", "--noreload", "--skip-checks")
    up = b" is running."
    return [
        Program(
            "web",
            _manage(*web),
            asks=lambda: _answers(port),
            shy=True,
            hides=QUESTION.encode(),
        ),
        Program("scheduler", _manage("runscheduler"), sign=up),
        Program("cluster", _manage("runcluster", "--no-scheduler"), sign=up),
        *(Program(name, _manage(*arguments)) for name, arguments in settings().up),
    ]


def _manage(*arguments: str) -> list[str]:
    return [sys.executable, sys.argv[0], *arguments]


def _free_port(text: str) -> int:
    """Read a port and make sure that it is free; raise `CommandError` if not."""
    if not text.isdigit() or not 0 < int(text) < 65536:  # noqa: PLR2004 - what a port is
        message = f"PORT is '{text}'; it must be a number from 1 to 65535."
        raise CommandError(message)
    port = int(text)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            message = (
                f"Port {port} cannot be used ({error.strerror}). "
                f"Choose another one: PORT={port + 1} make run"
            )
            raise CommandError(message) from error
    return port


def _answers(port: int) -> bool:
    """Ask the web server for a page; whatever it answers, it is there."""
    connection = http.client.HTTPConnection(HOST, port, timeout=1)
    try:
        connection.request("HEAD", QUESTION)
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True
