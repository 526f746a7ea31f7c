"""The cast of the admin's tests."""

from tests.workflows.admin.conftest import browse, by_owner, owner, stranger

__all__ = ["browse", "by_owner", "owner", "stranger"]
