"""What tests of the outbox may use."""

from tests.handlers.actions.conftest import play
from tests.workflows.admin.conftest import browse

__all__ = ["browse", "play"]
