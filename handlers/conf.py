"""The settings of background work: one dict, `WORKS`, with a default for everything."""

from dataclasses import dataclass, fields
from datetime import timedelta
from functools import cache
from typing import Any

from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed


@dataclass(frozen=True)
class WorkSettings:
    """What `WORKS` may say, in capitals; durations are in seconds there."""

    #: Python modules whose functions works may call.
    modules: tuple[str, ...] = ()
    #: Whether works may bring Python of their own (the type `pythonscript`).
    python_scripts: bool = False
    #: Django database aliases that may be given to works under a name.
    database_aliases: tuple[str, ...] = ()
    #: Where the SQLite databases and the files of transfers lie; empty: nowhere.
    folder: str = ""
    #: Bytes that a command may have.
    command_limit: int = 1_048_576
    #: Bytes that a file may have which works fetch.
    file_limit: int = 10_737_418_240
    #: Whether every status over 200 is an error, as in SimpleUI.
    strict_http: bool = False
    #: How long an HTTP call may take.
    http_timeout: timedelta = timedelta(seconds=60)
    #: The HTTP alias of the server behind handlers of the type `online`.
    online_alias: str = "online"
    #: The wait after the first failure; each further one doubles it.
    backoff: timedelta = timedelta(seconds=30)
    #: The longest wait after a failure.
    backoff_most: timedelta = timedelta(hours=5)
    #: Failures after which a work is not tried again; 0: no limit.
    max_failures: int = 0
    #: How long a run may take before it is stopped and queued again.
    run_limit: timedelta = timedelta(minutes=10)
    #: Works that one worker process runs side by side.
    threads: int = 20
    #: The class that knows of link, charge, battery and idleness, by its path.
    conditions: str = "handlers.work.device.Device"
    #: Whether a condition that is lost stops a run before its next handler.
    watch_conditions: bool = True
    #: How often a work that is held back by conditions looks again.
    recheck: timedelta = timedelta(seconds=20)
    #: IDLE: the processors are below this percentage, ...
    idle_percent: float = 20.0
    #: ... on average over so long.
    idle_for: timedelta = timedelta(seconds=60)
    #: A "host:port" that must answer for CONNECTED; empty: a link is enough.
    probe: str = ""
    #: How long works that have ended, runs of periodic ones and messages are kept;
    #: 0: ever.
    keep: timedelta = timedelta(days=90)
    #: Whether pages of the admin ask what works say.
    listening_pages: bool = True
    #: How long an admin page is taken for open after its last word.
    page_timeout: timedelta = timedelta(seconds=30)


def _read() -> WorkSettings:
    given: dict[str, Any] = getattr(django_settings, "WORKS", {})
    known = {field.name.upper(): field for field in fields(WorkSettings)}
    if unknown := sorted(set(given) - set(known)):
        message = f"WORKS has unknown keys: {', '.join(unknown)}."
        raise ImproperlyConfigured(message)
    return WorkSettings(
        **{
            known[key].name: _typed(known[key].default, value)
            for key, value in given.items()
        }
    )


def _typed(default: object, value: Any) -> Any:
    if isinstance(default, timedelta) and not isinstance(value, timedelta):
        return timedelta(seconds=value)
    if isinstance(default, str):
        return str(value)
    return tuple(value) if isinstance(default, tuple) else value


@cache
def settings() -> WorkSettings:
    return _read()


def _reload(*, setting: str, **_kwargs: object) -> None:
    if setting == "WORKS":
        settings.cache_clear()


setting_changed.connect(_reload, dispatch_uid="handlers.conf")
