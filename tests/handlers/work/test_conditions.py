"""Conditions: their names, and what psutil says of a machine."""

import socket
from types import SimpleNamespace

import psutil
import pytest

from handlers.work import device
from handlers.work.conditions import (
    Condition,
    ConditionUnknown,
    Provider,
    provider,
    read_conditions,
    unmet,
)
from handlers.work.device import Device, Idleness, battery_not_low, charging, connected
from tests.handlers.device import lacks


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", []),
        (None, []),
        (";", []),
        ("CONNECTED", ["CONNECTED"]),
        ("CHARGING;", ["CHARGING"]),
        (" connected ; ;Idle;", ["CONNECTED", "IDLE"]),
        (["CHARGING", "CHARGING"], ["CHARGING"]),
        (
            "BATTERY_NOT_LOW;CHARGING;CONNECTED",
            ["BATTERY_NOT_LOW", "CHARGING", "CONNECTED"],
        ),
    ],
)
def test_conditions_are_read(text, names):
    assert read_conditions(text) == names


@pytest.mark.parametrize("text", ["SUNNY", "CONNECTED,CHARGING", "CONNECTED;WIFI"])
def test_unknown_conditions_are_refused(text):
    with pytest.raises(ConditionUnknown, match="Known conditions: CONNECTED, CHARGING"):
        read_conditions(text)


def test_all_conditions_must_hold(works):
    lacks("CHARGING")

    assert unmet(["CONNECTED", "CHARGING"]) == ["CHARGING"]


def test_a_provider_that_raises_does_not_hold(works, monkeypatch, caplog):
    monkeypatch.setattr("tests.handlers.device.Fake.missing", None)

    assert unmet(["CONNECTED"]) == ["CONNECTED"]
    assert "Nobody knows of CONNECTED" in caplog.text


def test_a_run_is_not_asked_to_be_idle(works):
    lacks("IDLE", "CONNECTED")

    assert unmet(["CONNECTED", "IDLE"], running=True) == ["CONNECTED"]


def test_a_provider_is_one(settings):
    settings.WORKS = {"CONDITIONS": "collections.OrderedDict"}

    with pytest.raises(TypeError, match="must be a subclass of Provider"):
        provider()


def test_the_machine_is_the_default(settings):
    settings.WORKS = {}

    assert isinstance(provider(), Device)
    assert isinstance(provider(), Provider)
    assert provider().holds(Condition.BATTERY_NOT_LOW) in {True, False}


def link(address="192.168.1.5", flags="up,broadcast,running", *, isup=True):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return (
        {"eth0": SimpleNamespace(isup=isup, flags=flags)},
        {"eth0": [SimpleNamespace(family=family, address=address)]},
    )


@pytest.mark.parametrize(
    ("interfaces", "holds"),
    [
        (link(), True),
        (link("2001:db8::1"), True),
        (link(flags=""), True),
        (link(isup=False), False),
        (link(flags="up,broadcast"), False),
        (link("127.0.0.1"), False),
        (link("169.254.3.4"), False),
        (link("fe80::1%eth0"), False),
        (({}, {}), False),
    ],
)
def test_connected(monkeypatch, settings, interfaces, holds):
    settings.WORKS = {}
    monkeypatch.setattr(psutil, "net_if_stats", lambda: interfaces[0])
    monkeypatch.setattr(psutil, "net_if_addrs", lambda: interfaces[1])

    assert connected() is holds


@pytest.mark.parametrize("answers", [True, False])
def test_connected_may_ask_a_host(monkeypatch, settings, answers):
    monkeypatch.setattr(psutil, "net_if_stats", lambda: link()[0])
    monkeypatch.setattr(psutil, "net_if_addrs", lambda: link()[1])
    with socket.socket() as host:
        host.bind(("127.0.0.1", 0))
        if answers:
            host.listen()
        settings.WORKS = {"PROBE": f"127.0.0.1:{host.getsockname()[1]}"}

        assert connected() is answers


@pytest.mark.parametrize(
    ("battery", "charges", "is_not_low"),
    [
        (None, True, True),
        (SimpleNamespace(percent=100, power_plugged=True), True, True),
        (SimpleNamespace(percent=16, power_plugged=False), False, True),
        (SimpleNamespace(percent=15.5, power_plugged=False), False, True),
        (SimpleNamespace(percent=15, power_plugged=True), True, False),
        (SimpleNamespace(percent=1, power_plugged=None), True, False),
    ],
)
def test_batteries(monkeypatch, battery, charges, is_not_low):
    monkeypatch.setattr(psutil, "sensors_battery", lambda: battery, raising=False)

    assert (charging(), battery_not_low()) == (charges, is_not_low)


def test_a_system_that_knows_no_batteries_is_on_mains(monkeypatch):
    monkeypatch.delattr(psutil, "sensors_battery", raising=False)

    assert (charging(), battery_not_low()) == (True, True)


@pytest.fixture
def load(monkeypatch, settings):
    """Give an idleness whose time and load a test decides."""
    settings.WORKS = {}
    times = {"clock": 0.0, "idle": 0.0, "total": 0.0}
    monkeypatch.setattr(device, "_times", lambda: (times["idle"], times["total"]))
    idleness = Idleness(lambda: times["clock"])

    def pass_by(seconds, percent):
        times["clock"] += seconds
        times["total"] += seconds
        times["idle"] += seconds * (1 - percent / 100)
        return idleness.lasts()

    return pass_by


def test_nobody_knows_at_once_whether_it_is_idle(load):
    assert [load(0, 0), load(30, 0), load(20, 0)] == [False, False, False]


@pytest.mark.parametrize(("percent", "idle"), [(5, True), (19, True), (21, False)])
def test_the_average_load_decides(load, percent, idle):
    load(0, 0)
    load(30, percent)

    assert load(30, percent) is idle


def test_old_load_is_forgotten(load):
    load(0, 0)
    load(60, 100)

    assert load(30, 0) is False
    assert load(30, 0) is True
