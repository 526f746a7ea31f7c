"""A worker that dies between a call and its commit: the call comes again, as itself."""

import pytest

from handlers.nodes.mail import EMail
from tests.conftest import NOW
from tests.faults import KINDS, Faults
from tests.workflows.engine.test_faults import drive
from workflows import services

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def calls(works, transactional_db, make_version, server):
    """Make a workflow that calls the server and sends a mail."""
    url = f"http://127.0.0.1:{server.server_port}/"
    mail = {"to": "ann@example.org", "subject": "Done", "text": "Done."}
    return make_version(
        {"key": "call", "type": "http", "config": {"url": url, "method": "POST"}},
        {"key": "tell", "type": EMail.type, "config": mail},
    )


def keys(server, mailoutbox):
    """Give what the other sides were told, call by call."""
    called = [told["headers"]["idempotency-key"] for told in server.told]
    return called, [mail.extra_headers["Message-ID"] for mail in mailoutbox]


def driven(calls, server, mailoutbox, faults):
    """Run the workflow with these faults; give the keys that were sent."""
    server.told.clear()
    mailoutbox.clear()
    execution = services.run_manually(calls, {}, NOW)
    drive(execution, faults, survives=False)
    assert execution.status == "succeeded", str(faults)
    return keys(server, mailoutbox)


def test_a_repeated_call_has_the_same_key(calls, server, mailoutbox):
    calm = Faults()
    driven(calls, server, mailoutbox, calm)
    repeated = [0, 0]

    for at in range(1, len(calm.steps) + 1):
        faults = Faults(at, KINDS["roll_back"], late=False)
        found = driven(calls, server, mailoutbox, faults)
        for which, sent in enumerate(found):
            assert len(set(sent)) == 1, str(faults)
            repeated[which] += len(sent) > 1

    assert min(repeated) > 0
