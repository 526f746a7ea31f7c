"""Which databases SQL of workflows may read and write: an allow-list in settings."""

from collections.abc import Mapping
from enum import Enum

from django.db import connections

from handlers.sql.errors import AccessUnknown, DatabaseNotAllowed
from workflows.conf import settings


class Access(Enum):
    """What a statement may do."""

    READ = "read"
    WRITE = "write"


def databases() -> Mapping[str, Access]:
    """List the databases that are open, and for what; raise `AccessUnknown`."""
    return {alias: _access(alias, given) for alias, given in settings().sql_databases}


def require_access(alias: str, access: Access) -> None:
    """Raise `DatabaseNotAllowed` unless the settings open it for this."""
    known = databases()
    if known.get(alias) not in {access, Access.WRITE}:
        raise DatabaseNotAllowed(alias, access.value, known)


def _access(alias: str, given: object) -> Access:
    if alias in connections.settings:
        for access in Access:
            if access.value == given:
                return access
    raise AccessUnknown(alias, given)
