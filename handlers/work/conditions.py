"""Conditions of works: their names, and the provider that knows whether they hold."""

import logging
from abc import ABC, abstractmethod
from collections.abc import Sequence
from enum import StrEnum
from functools import cache

from django.core.signals import setting_changed
from django.utils.module_loading import import_string

from handlers.conf import settings
from workflows.attempts import Errored, attempt
from workflows.exceptions import WorkflowError

logger = logging.getLogger(__name__)


class Condition(StrEnum):
    """What a work may wait for."""

    CONNECTED = "CONNECTED"
    CHARGING = "CHARGING"
    BATTERY_NOT_LOW = "BATTERY_NOT_LOW"
    IDLE = "IDLE"


class ConditionUnknown(WorkflowError):
    """A condition that nobody could ever meet."""

    def __init__(self, name: str) -> None:
        known = ", ".join(Condition)
        super().__init__(
            f"There is no condition '{name[:40]}'. Known conditions: {known}."
        )


class Provider(ABC):
    """Knows the machine on which it runs. `WORKS["CONDITIONS"]` names the class."""

    @abstractmethod
    def holds(self, condition: Condition) -> bool:
        """Tell whether a condition holds here and now."""


def read_conditions(value: object) -> list[Condition]:
    """Read `CONNECTED;CHARGING`, or a list; empty parts do not count."""
    parts = value if isinstance(value, list) else str(value or "").split(";")
    names = [str(part).strip().upper() for part in parts]
    return [_condition(name) for name in dict.fromkeys(names) if name]


def _condition(name: str) -> Condition:
    try:
        return Condition(name)
    except ValueError:
        raise ConditionUnknown(name) from None


def unmet(conditions: Sequence[str], *, running: bool = False) -> list[str]:
    """List those that do not hold; a run is not asked to be idle, it ends idleness."""
    asked = [Condition(name) for name in conditions]
    if running:
        asked = [each for each in asked if each != Condition.IDLE]
    return [str(each) for each in asked if not _holds(each)]


def _holds(condition: Condition) -> bool:
    """Ask the provider; one that raises must not keep other works from running."""
    answer = attempt(lambda: provider().holds(condition))
    if isinstance(answer, Errored):
        logger.warning("Nobody knows of %s: %s", condition, answer.message)
        return False
    return answer


@cache
def provider() -> Provider:
    """Keep one provider for each process: idleness is measured over time."""
    found = import_string(settings().conditions)()
    if not isinstance(found, Provider):
        message = f"{settings().conditions} must be a subclass of Provider."
        raise TypeError(message)
    return found


def _reload(*, setting: str, **_kwargs: object) -> None:
    if setting == "WORKS":
        provider.cache_clear()


setting_changed.connect(_reload, dispatch_uid="handlers.work.conditions")
