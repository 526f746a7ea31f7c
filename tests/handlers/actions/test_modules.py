"""Modules of handlers are loaded once, and whole, for all threads."""

import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from handlers.actions import modules


@pytest.fixture
def slow_module(tmp_path, monkeypatch, settings):
    """Write a module whose import waits for the test."""
    text = "from tests.handlers.actions.test_modules import gate\n"
    text += "gate.wait(5)\ndef late(hashMap):\n    return hashMap\n"
    (tmp_path / "slow_handlers.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    settings.WORKS = {"MODULES": ["slow_handlers"]}
    gate.clear()
    yield
    gate.set()
    sys.modules.pop("slow_handlers", None)
    modules._loaded.pop("slow_handlers", None)


gate = threading.Event()


def test_no_thread_sees_half_a_module(slow_module):
    with ThreadPoolExecutor(2) as pool:
        found = [pool.submit(modules.function, "late") for _thread in range(2)]
        gate.set()

        assert {each.result().__name__ for each in found} == {"late"}
