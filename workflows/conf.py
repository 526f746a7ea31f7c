"""The settings of Punctual: one dict, `WORKFLOWS`, with a default for everything."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from functools import cache
from typing import Any

from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed


@dataclass(frozen=True)
class Settings:
    """What `WORKFLOWS` may say, in capitals; durations are in seconds there."""

    #: App labels ("shop") or models ("shop.order") that workflows may touch.
    collections: tuple[str, ...] = ()
    #: Fields that workflows neither read nor write: names ("password"), or those of one
    #: model ("shop.customer.card").
    hidden_fields: tuple[str, ...] = ("password",)
    #: Databases that SQL of workflows may use: alias -> "read" or "write".
    sql_databases: tuple[tuple[str, str], ...] = ()
    #: Executions that a worker claims at once.
    batch_size: int = 500
    #: How long a worker drains before it hands itself back to django-q2.
    time_slice: timedelta = timedelta(seconds=10)
    #: How long a worker may be silent before its executions go to others.
    lease: timedelta = timedelta(seconds=30)
    #: Whether workers hold a lock that is free at once when they are killed.
    locks: bool = True
    #: Where these locks are on SQLite; a folder beside the database if empty.
    lock_folder: str = ""
    #: How long work may wait for a cluster that hears nothing, before it is replaced.
    deaf_after: timedelta = timedelta(seconds=10)
    #: How long nodes may go on when their cluster is told to stop.
    stop_grace: timedelta = timedelta(seconds=8)
    #: How long a node may go on when its execution has timed out, before its worker
    #: is killed.
    timeout_grace: timedelta = timedelta(seconds=5)
    #: Crashes after which an execution is parked as an error.
    max_deliveries: int = 3
    #: Calls to the outside world that a worker has in flight.
    outside_threads: int = 20
    #: Characters of JSON that a result or an input may have before it is cut.
    result_limit: int = 262_144
    #: Hosts ("intranet.example.com", "localhost") and networks ("10.0.0.0/8") that
    #: HTTP nodes may call although they are not public.
    http_allowed_hosts: tuple[str, ...] = ()
    #: Bytes of a response that an HTTP node reads; a larger one is a failure.
    http_response_limit: int = 1_048_576
    #: Recipients that one e-mail of a node may have.
    mail_recipients: int = 100
    #: Python modules whose public functions workflows may call.
    function_modules: tuple[str, ...] = ()
    #: Where this site is reached, such as "https://flows.example.org", for the
    #: addresses that workflows give away.
    site_url: str = ""
    #: Bytes that an answer to a waiting node may have.
    callback_limit: int = 65_536
    #: How long an event is kept for those who begin to wait for it later.
    event_keep: timedelta = timedelta(days=1)
    #: Keys that encrypt secrets, the newest first; empty: made from SECRET_KEY.
    secret_keys: tuple[str, ...] = ()
    #: Bytes of a request that a webhook reads; a larger one is refused.
    webhook_limit: int = 262_144
    #: How often collections are searched for dates that no signal announced.
    sweep_period: timedelta = timedelta(seconds=15)
    #: How far ahead records are planned.
    horizon: timedelta = timedelta(seconds=300)
    #: Rows that a scheduler takes at once.
    schedule_batch: int = 200
    #: How long work or a schedule may wait before the watchdog finds it wrong.
    stalled_after: timedelta = timedelta(seconds=60)
    #: How long an incident must be gone to be over.
    recovered_after: timedelta = timedelta(seconds=300)
    #: Let the watchdog end a cluster on its machine that does nothing; only where
    #: something starts it again.
    watchdog_restarts: bool = False
    #: Where alerts are mailed to; nowhere means to ADMINS.
    alert_mail: tuple[str, ...] = ()
    #: Where alerts are posted to as JSON.
    alert_webhook: str = ""
    #: Days that finished executions are kept, by status; others are kept for ever.
    retention: tuple[tuple[str, float], ...] = (
        ("succeeded", 30),
        ("failed", 90),
        ("error", 90),
        ("cancelled", 30),
        ("timed_out", 90),
        ("rejected", 30),
        ("missed", 90),
    )
    #: The hour of the night, in the project's time zone, in which the watchdog prunes.
    prune_hour: int = 3
    #: What the pages of Punctual let the browser load, as the header of that name says
    #: it; empty for no header, where something before Django sends one.
    content_security_policy: str = (
        "default-src 'none'; script-src 'self'; style-src 'self'; "
        "img-src 'self' data:; connect-src 'self'; form-action 'self'"
    )
    #: Child processes that `manage.py up` starts besides its own: name -> arguments.
    up: tuple[tuple[str, tuple[str, ...]], ...] = ()


def _read() -> Settings:
    given: dict[str, Any] = getattr(django_settings, "WORKFLOWS", {})
    known = {field.name.upper(): field for field in fields(Settings)}
    if unknown := sorted(set(given) - set(known)):
        message = f"WORKFLOWS has unknown keys: {', '.join(unknown)}."
        raise ImproperlyConfigured(message)
    return Settings(
        **{
            known[key].name: _typed(known[key].default, value)
            for key, value in given.items()
        }
    )


def _typed(default: object, value: Any) -> Any:
    if isinstance(default, timedelta) and not isinstance(value, timedelta):
        return timedelta(seconds=value)
    if isinstance(default, tuple) and isinstance(value, Mapping):
        return tuple(value.items())
    return tuple(value) if isinstance(default, tuple) else value


_changed: ContextVar[Settings | None] = ContextVar("changed", default=None)


def settings() -> Settings:
    return _changed.get() or _configured()


@contextmanager
def changed(**values: Any) -> Iterator[None]:
    """Let settings have other values, in this thread or task alone, for a replay."""
    before = _changed.set(replace(settings(), **values))
    try:
        yield
    finally:
        _changed.reset(before)


@cache
def _configured() -> Settings:
    return _read()


def _reload(*, setting: str, **_kwargs: object) -> None:
    if setting == "WORKFLOWS":
        _configured.cache_clear()


setting_changed.connect(_reload, dispatch_uid="workflows.conf")
