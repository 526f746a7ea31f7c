"""Somebody else's app, installed for the length of a test."""

import runpy

import pytest

from workflows import registry


@pytest.fixture
def installed():
    """Read the table of the app, as `workflows` does at start."""
    runpy.run_module("tests.thirdparty.workflow_types")
    yield registry
    del registry.nodes._entries["thirdparty.blink"]
    del registry.triggers._entries["thirdparty.doorbell"]
