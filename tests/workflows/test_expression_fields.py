"""Forms of configurations: what expressions give is cleaned like what is typed."""

from uuid import UUID

import pytest
from django.forms import BooleanField

from workflows.forms import (
    IntegerExpression,
    MappingField,
    NodeForm,
    PathsField,
    TextExpression,
    ValueField,
    ValueNotAccepted,
    compile_config,
)


class Form(NodeForm):
    value = ValueField(required=False)
    number = IntegerExpression(required=False)
    text = TextExpression(required=False)
    mapping = MappingField(required=False)
    paths = PathsField(required=False)
    flag = BooleanField(required=False, initial=True)


def rendered(given, **config):
    return compile_config(Form, config).render({"trigger": {"data": given}})


@pytest.mark.parametrize("value", [UUID(int=5), [], {}, False, 0, [UUID(int=5)]])
def test_value_of_any_kind_passes(value):
    assert rendered(value, value="{{ trigger.data }}")["value"] == value


def test_braces_in_a_result_are_text():
    assert rendered("{{ now }}", text="{{ trigger.data }}")["text"] == "{{ now }}"


def test_braces_in_a_result_are_no_number():
    with pytest.raises(ValueNotAccepted, match="'number' got"):
        rendered("{{ now }}", number="{{ trigger.data }}")


def test_empty_list_is_no_mapping():
    assert "mapping" in Form.for_config({"mapping": []}).errors


def test_paths_are_separated_by_commas():
    assert rendered(None, paths="a, b.c,")["paths"] == ["a", "b.c"]


def test_missing_setting_has_its_initial_value():
    assert rendered(None)["flag"] is True


def test_stored_false_is_not_replaced_by_the_initial_value():
    assert rendered(None, flag=False)["flag"] is False
