"""`python -m tests.admin_pages COMMAND`: runs it on a database that it makes and drops.

The commands are `pictures` and `server`.
"""

import importlib
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import django
from django.core.management import call_command

COMMANDS = ("pictures", "server")


def main(command: str, *arguments: str) -> None:
    with TemporaryDirectory() as folder:
        os.environ |= {
            "DATABASE_URL": f"sqlite:///{Path(folder) / 'pages.sqlite3'}",
            "VAR_DIR": folder,
            "DEBUG": "1",
            "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
        }
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.admin_pages.settings")
        django.setup()
        call_command("migrate", verbosity=0)
        importlib.import_module(f"tests.admin_pages.{command}").main(*arguments)


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in COMMANDS:
        main(*sys.argv[1:])
    else:
        sys.exit(__doc__)
