"""Rests between tries grow, and stay within their bounds."""

from datetime import timedelta

from hypothesis import given, strategies as st

from workflows.backoff import pause

seconds = st.floats(0, 86_400).map(lambda number: timedelta(seconds=number))
factors = st.floats(1, 10)
failures = st.integers(1, 10**6)


@given(failures, seconds, seconds, factors)
def test_a_rest_is_never_longer_than_the_longest(count, first, most, factor):
    assert timedelta(0) <= pause(count, first, most, factor) <= most


@given(failures, seconds, seconds, factors)
def test_rests_never_shrink(count, first, most, factor):
    assert pause(count, first, most, factor) <= pause(count + 1, first, most, factor)


@given(seconds, seconds, factors)
def test_the_first_rest_is_the_first(first, most, factor):
    assert pause(1, first, most, factor) == min(first, most)


@given(failures, seconds)
def test_no_first_rest_means_none_at_all(count, most):
    assert pause(count, timedelta(0), most, 10) == timedelta(0)
