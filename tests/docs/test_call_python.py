"""The function that the page shows is called by a workflow."""

from decimal import Decimal

import pytest

from handlers.functions import registered
from handlers.nodes.function import Function
from tests.docs.pages import Page
from tests.handlers.conftest import problems, run_node
from workflows.contracts import Succeeded

ARGUMENTS = {"weight": "{{ 1.5 }}", "insured": "true"}


@pytest.fixture
def fee():
    page = Page("how-to/call-python.md")
    page.execute("parcels/workflow_functions.py")
    yield {"function": "parcels.fee", "arguments": ARGUMENTS}
    registered._entries.pop("parcels.fee")
    page.forget()


def test_the_function_of_the_page_is_called(fee):
    answer = run_node(Function, **fee)

    log = "WARNING parcels.workflow_functions: a parcel of 1.5 kg"
    assert answer == Succeeded(Decimal("6.0"), log=log)


def test_its_form_is_as_the_page_says(fee):
    assert problems(Function, **fee) == {}
    form = Function.form_class.for_config(fee)

    assert form.fields["arguments.weight"].help_text == "In kilograms."
    assert form.fields["arguments.carrier"].required is False
