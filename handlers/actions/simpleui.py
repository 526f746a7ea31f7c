"""What handlers import from `ru.travelfood.simple_ui`, on top of our own."""

import json
from typing import Any

from handlers.actions.commands import commands
from handlers.actions.databases import execute
from handlers.actions.errors import SqlFailed
from handlers.actions.session import current


class SimpleSQLProvider:
    """SQL on the current database of the run, by the names of SimpleUI."""

    def SQLConnectDatabase(self, name: str) -> None:  # noqa: N802 - the name in SimpleUI
        session = current("SQLConnectDatabase")
        commands.get("SQLConnectDatabase").run(session, name)

    def SQLExec(self, query: str, params: Any = "") -> bool:  # noqa: N802 - the name in SimpleUI
        return self._succeeds(query, params, many=False)

    def SQLExecMany(self, query: str, params: Any = "") -> bool:  # noqa: N802 - the name in SimpleUI
        return self._succeeds(query, params, many=True)

    def SQLQuery(self, query: str, params: Any = "") -> str:  # noqa: N802 - the name in SimpleUI
        return execute(current("SQLQuery"), query, params)

    def _succeeds(self, query: str, params: Any, *, many: bool) -> bool:
        """Run it; a refusal is False, and its text is in SQLError."""
        session = current("SQLExec")
        try:
            execute(session, query, params, many=many)
        except SqlFailed as error:
            session.stack.put("SQLError", error.problem)
            session.events.append(("onSQLError", ""))
            return False
        return True


class SimpleUtilites:
    """Tools of SimpleUI that make sense on a server. The name is spelt as there."""

    @staticmethod
    def download(
        url: str, user: str, password: str, filename: str, post_execute: Any = ""
    ) -> None:
        """Start a download; `DownloadedFile` has the file when it has ended."""
        request = {
            "url": url,
            "method": "GET",
            "file": filename,
            "basic": {"user": user, "password": password},
            "postExecute": post_execute,
        }
        value = json.dumps({"request": request, "tag": filename})
        session = current("download")
        commands.get("StartDownloadWorkRequest").run(session, value)

    @staticmethod
    def UpdateProgressNotification(value: str) -> None:  # noqa: N802 - the name in SimpleUI
        commands.get("basic_notification").run(
            current("UpdateProgressNotification"), value
        )
