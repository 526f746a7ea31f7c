from datetime import UTC, datetime

import pytest
from django import forms

from workflows.expressions import ScopeNames
from workflows.forms import (
    CollectionField,
    ConfigInvalid,
    DateTimeExpression,
    IntegerExpression,
    MappingField,
    NodeForm,
    TextExpression,
    ValueField,
    ValueNotAccepted,
    compile_config,
)


class Form(NodeForm):
    number = IntegerExpression(min_value=1, initial=7)
    text = TextExpression(required=False)
    moment = DateTimeExpression(required=False)
    value = ValueField(required=False)
    mapping = MappingField(required=False)
    model = CollectionField(required=False)
    plain = forms.CharField(required=False)


def rendered(config, **scope):
    return compile_config(Form, config).render(scope)


def errors(config, scope=None):
    return dict(Form.for_config(config, scope=scope).problems())


def test_what_is_not_stored_has_the_initial_value():
    assert rendered({})["number"] == 7


def test_a_field_takes_an_expression_instead_of_its_type():
    assert rendered({"number": "{{ vars.n + 1 }}"}, vars={"n": 4})["number"] == 5


def test_what_an_expression_gives_is_cleaned_by_the_field():
    with pytest.raises(ValueNotAccepted, match="'number' got '0'.*greater"):
        rendered({"number": "{{ vars.n }}"}, vars={"n": 0})


def test_text_keeps_its_expressions_inside():
    assert rendered({"text": "no. {{ vars.n }}"}, vars={"n": 4})["text"] == "no. 4"


def test_a_moment_stays_a_moment():
    moment = datetime(2026, 11, 22, tzinfo=UTC)

    assert rendered({"moment": "{{ now }}"}, now=moment)["moment"] == moment


def test_expressions_deep_inside_a_value_are_evaluated():
    config = {"value": {"a": [1, "{{ vars.n }}"]}}

    assert rendered(config, vars={"n": 4})["value"] == {"a": [1, 4]}


@pytest.mark.parametrize("value", [1, 1.5, True, "42", "word", [1], {"a": 1}, "null"])
def test_stored_values_are_what_they_are(value):
    assert rendered({"value": value})["value"] == value


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("42", 42), ("word", "word"), ('"42"', "42"), ("[1]", [1]), ("true", True)],
)
def test_typed_values_are_read_as_json_or_else_as_text(typed, stored):
    form = Form({"number": "1", "value": typed})

    assert form.is_valid()
    assert form.config["value"] == stored


def test_what_was_meant_as_json_is_not_taken_as_text():
    assert "value" in Form({"number": "1", "value": "{broken"}).errors


def test_a_mapping_is_an_object():
    assert "JSON object" in errors({"mapping": [1]})["mapping"]


def test_a_broken_expression_is_an_error_of_its_field():
    assert "text" in errors({"text": "{{ 1 + }}"})


def test_an_unknown_name_is_an_error_of_its_field():
    found = errors({"value": ["{{ nodes.missing }}"]}, ScopeNames(nodes=frozenset("a")))

    assert "missing" in found["value"]


def test_an_unknown_setting_is_named():
    assert "There is no setting 'nummer'" in errors({"nummer": 1})[""]


def test_a_model_outside_the_allow_list_is_refused():
    assert "may not touch 'auth.user'" in errors({"model": "auth.user"})["model"]


def test_a_wrong_configuration_does_not_compile():
    with pytest.raises(ConfigInvalid, match="number"):
        compile_config(Form, {"number": "many"})


def test_a_configuration_survives_the_form():
    config = {
        "number": 3,
        "text": "{{ now }}",
        "value": {"a": "1"},
        "mapping": {"b": 2},
    }

    form = Form.for_config(config)

    assert form.is_valid()
    assert form.config == config
