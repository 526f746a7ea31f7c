"""The how-to about documents: its example offers a template that can be used."""

from datetime import UTC, datetime

import pytest

from tests.conftest import NOW
from tests.docs.pages import Page
from workflows import registry, services
from workflows.codec import encode


@pytest.fixture
def offered(tmp_path, monkeypatch):
    page = Page("how-to/take-workflows-along.md")
    monkeypatch.chdir(tmp_path)
    page.execute("lamps/workflow_types.py")
    yield tmp_path / "lamps"
    del registry.templates._entries["lamp-check"]
    page.forget()


def test_template_becomes_a_workflow(offered, make_version):
    source = make_version(config={"starts_at": datetime(2027, 1, 1, tzinfo=UTC)})
    offered.mkdir()
    document = encode(services.export(source))
    (offered / "lamp-check.json").write_text(document, encoding="utf-8")

    version = services.create_from_template("lamp-check")

    assert version.workflow.title == "Check a lamp"
    assert services.enable(version, NOW).enabled
