"""Rules in a form: JSON for browsers without scripts, and what scripts need."""

import json
import re
from html import unescape

from django import forms
from django.utils import translation

from workflows.filters import FilterField
from workflows.rules import OPERATORS, RulesField

RULES = {"match": "any", "rules": [{"field": "status", "op": "eq", "value": "paid"}]}


class RulesForm(forms.Form):
    rules = RulesField()
    filter = FilterField(collection="auth.user")


def test_textarea_holds_the_rules_as_json():
    html = str(RulesForm(initial={"filter": RULES})["filter"])

    [text] = re.findall(r"<textarea[^>]*>(.*?)</textarea>", html, re.DOTALL)
    assert json.loads(unescape(text)) == RULES


def test_widget_says_what_a_rule_is_about():
    form = RulesForm()

    assert 'data-subject="left" data-collection=""' in str(form["rules"])
    assert 'data-subject="field" data-collection="auth.user"' in str(form["filter"])


def test_widget_brings_all_operators_with_what_they_take():
    html = str(RulesForm()["rules"])

    found = re.findall(r'<option value="(\w+)" data-takes="(\w+)">', html)
    assert dict(found) == {name: op.takes.value for name, op in OPERATORS.items()}


def test_widget_speaks_the_language_of_the_reader():
    with translation.override("ru"):
        html = str(RulesForm()["rules"])

    assert "Добавить правило" in html


def test_hostile_rules_are_escaped():
    html = str(RulesForm(initial={"rules": {"</textarea><script>": 1}})["rules"])

    assert "<script" not in html
