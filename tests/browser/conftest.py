"""What tests in a browser may use."""

from tests.handlers.conftest import works

__all__ = ["works"]
