import pytest

from tests.nodes import Echo
from workflows import registry
from workflows.exceptions import AlreadyRegistered, NotRegistered


def test_a_type_is_found_by_its_name():
    with registry.nodes.temporarily("echo", echo := Echo()):
        assert registry.nodes.get("echo") is echo


def test_a_name_is_taken_once():
    with registry.nodes.temporarily("echo", Echo()):
        with pytest.raises(AlreadyRegistered, match="'echo' is registered already"):
            registry.nodes.add("echo", Echo())


def test_an_unknown_type_is_named_with_those_there_are():
    with registry.nodes.temporarily("echo", Echo()):
        with pytest.raises(NotRegistered, match="no node type 'ecko'.*echo"):
            registry.nodes.get("ecko")
