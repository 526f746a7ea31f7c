"""The conditions of this machine, asked of psutil."""

import ipaddress
import socket
import threading
from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import Any

import psutil

from handlers.conf import settings
from handlers.work.conditions import Condition, Provider

#: Percent of the battery that are not low any more above it.
LOW = 15
#: Seconds that the host to be probed may take.
_PATIENCE = 2


class Device(Provider):
    """A machine without a battery is on mains, and its battery is never low."""

    def __init__(self) -> None:
        self._idleness = Idleness()
        self._asked: dict[Condition, Callable[[], bool]] = {
            Condition.CONNECTED: connected,
            Condition.CHARGING: charging,
            Condition.BATTERY_NOT_LOW: battery_not_low,
            Condition.IDLE: self._idleness.lasts,
        }

    def holds(self, condition: Condition) -> bool:
        return self._asked[condition]()


def connected() -> bool:
    """Tell whether an interface is up that leads beyond this machine."""
    places = psutil.net_if_addrs()
    up = [
        name
        for name, state in psutil.net_if_stats().items()
        if state.isup and _runs(state)
    ]
    linked = any(
        _leads_out(place.address)
        for name in up
        for place in places.get(name, ())
        if place.family in {socket.AF_INET, socket.AF_INET6}
    )
    return linked and _answers(settings().probe)


def _runs(state: Any) -> bool:
    """Ask for the flag `running`, on systems that have flags."""
    flags = str(getattr(state, "flags", "") or "")
    return not flags or "running" in flags.split(",")


def _leads_out(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    return not (found.is_loopback or found.is_link_local)


def _answers(probe: str) -> bool:
    """Try to connect to `host:port`; without one, a link is enough."""
    if not probe:
        return True
    host, _, port = probe.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=_PATIENCE):
            return True
    except OSError:
        return False


def charging() -> bool:
    battery = _battery()
    return battery is None or battery.power_plugged is not False


def battery_not_low() -> bool:
    battery = _battery()
    return battery is None or battery.percent > LOW


def _battery() -> Any:
    """Ask for the battery; systems that cannot have one lack the function."""
    ask = getattr(psutil, "sensors_battery", None)
    return ask() if ask else None


class Idleness:
    """The load of the processors over the last while.

    It is measured between two looks, so that nothing has to wait for it: until looks
    span the whole while, nobody knows, and the machine does not count as idle.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._looks: deque[tuple[float, float, float]] = deque()

    def lasts(self) -> bool:
        conf = settings()
        span = conf.idle_for.total_seconds()
        with self._lock:
            moment = self._clock()
            idle, total = _times()
            self._looks.append((moment, idle, total))
            while len(self._looks) > 1 and self._looks[1][0] <= moment - span:
                self._looks.popleft()
            first = self._looks[0]
        if moment - first[0] < span or total <= first[2]:
            return False
        busy = 100 * (1 - (idle - first[1]) / (total - first[2]))
        return busy < conf.idle_percent


def _times() -> tuple[float, float]:
    """Give the seconds that the processors were idle, and all their seconds."""
    times = psutil.cpu_times()
    idle = times.idle + getattr(times, "iowait", 0.0)
    # The time of guests is in that of their hosts too.
    guests = getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)
    return idle, sum(times) - guests
