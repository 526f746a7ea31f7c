"""What the page about events shows, works, and what it lists is what there is."""

import json
import re
from pathlib import Path

from handlers.events.callbacks import MOST, Receipt
from handlers.events.models import SentEvent
from handlers.nodes.http import HttpForm
from tests.docs.pages import Page

NAME = "how-to/wait-for-events.md"
GUIDE = (Path(__file__).parents[2] / "docs" / NAME).read_text("utf-8")


def test_the_request_is_a_valid_configuration():
    [request] = re.findall(r"^```json\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)

    assert not list(HttpForm.for_config(json.loads(request)).problems())


def test_python_and_signals_send(db):
    page = Page(NAME)
    page.execute("shop/payments.py").book(7, 100)
    page.execute("shop/signals.py").shipped.send(None, order=7, parcel="P1")

    sent = SentEvent.objects.order_by("pk")
    assert list(sent.values_list("channel__name", "correlation", "payload")) == [
        ("order.paid", "7", {"amount": 100}),
        ("order.shipped", "7", {"parcel": "P1"}),
    ]
    page.forget()


def test_what_becomes_of_answers_is_listed():
    assert all(str(receipt.value) in GUIDE for receipt in Receipt)
    assert f"{MOST} answers wait" in GUIDE
