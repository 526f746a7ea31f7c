"""The load as an app of Django, with a disk that the suite may fill."""

import os
from pathlib import Path

from django.apps import AppConfig
from django.db import OperationalError
from django.db.backends.signals import connection_created

WRITES = ("INSERT", "UPDATE")


class LoadConfig(AppConfig):
    name = "tests.chaos.load"

    def ready(self):
        mark = Path(os.environ["VAR_DIR"]) / "disk_full"

        def refuse(execute, sql, params, many, context):
            if sql.lstrip().startswith(WRITES) and mark.exists():
                message = "No space left on device"
                raise OperationalError(message)
            return execute(sql, params, many, context)

        def wrap(connection, **signal):
            if refuse not in connection.execute_wrappers:
                connection.execute_wrappers.append(refuse)

        connection_created.connect(wrap, weak=False)
