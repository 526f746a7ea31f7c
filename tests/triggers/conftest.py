"""What tests of all triggers share."""

import pytest

from triggers import listening


@pytest.fixture(autouse=True)
def fresh_memory():
    """Rolled-back listeners must not be remembered."""
    listening._memory.forget()
