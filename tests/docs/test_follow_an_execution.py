"""The page about one execution lists the keys that there are."""

from tests.docs.pages import DOCS
from workflows.admin.executions.panels import KEYS


def test_every_key_of_the_help_is_in_the_table():
    page = (DOCS / "how-to" / "follow-an-execution.md").read_text("utf-8")

    for keys, what in KEYS:
        shown = ", ".join(f"`{key}`" for key in keys)
        assert f"| {shown} | {what} |" in page
