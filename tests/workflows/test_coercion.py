"""Values as fields read them."""

from decimal import Decimal

import pytest
from django.db.models import DecimalField

from workflows.coercion import ValueRefused, clean

RATE = DecimalField(name="rate", max_digits=16, decimal_places=6)


@pytest.mark.parametrize(("given", "read"), [(0.96, "0.96"), (1e-6, "0.000001")])
def test_number_of_a_json_text_is_the_decimal_that_it_shows(given, read):
    assert clean(RATE, given) == Decimal(read)


@pytest.mark.parametrize("given", [0.1234567, float("nan"), float("inf")])
def test_number_that_does_not_fit_is_refused(given):
    with pytest.raises(ValueRefused, match="rate"):
        clean(RATE, given)
