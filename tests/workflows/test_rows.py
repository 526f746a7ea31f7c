"""Rows in a form: text for browsers without scripts, and what scripts need."""

import json
import re
from html import unescape

from django import forms
from django.utils import translation

from workflows.forms import MappingField
from workflows.questions import ROWS, DocumentField, read_questions
from workflows.record_forms import (
    IncrementsField,
    ManyValuesField,
    SortField,
    ValuesField,
)
from workflows.rows import Cell, Column, Rows, RowsWidget, Stored

STATUS = Column("status", "Status", Cell.CHOICE, {"200": "fine", "500": "broken"})
OWN = Rows(Stored.LIST, (Column("url", "Address", Cell.TEXT), STATUS), "Call")


class AllForm(forms.Form):
    named = MappingField(hint="Seen as headers.")
    values = ValuesField()
    many = ManyValuesField()
    increments = IncrementsField()
    sort = SortField()
    questions = DocumentField(read=read_questions, rows=ROWS)
    document = DocumentField(read=read_questions)
    own = MappingField(widget=RowsWidget(OWN))


def attribute(name, field):
    return re.findall(rf'<wf-rows [^>]*data-{name}="([^"]*)"', str(AllForm()[field]))[0]


def test_textarea_holds_the_value_as_json():
    html = str(AllForm(initial={"named": {"Accept": "text/csv"}})["named"])

    [text] = re.findall(r"<textarea[^>]*>(.*?)</textarea>", html, re.DOTALL)
    assert json.loads(unescape(text)) == {"Accept": "text/csv"}


def test_order_stays_a_text():
    html = str(AllForm(initial={"sort": ["-total", "name"]})["sort"])

    assert "-total, name</textarea>" in html


def test_widget_says_what_is_stored_and_which_fields_are_offered():
    said = {
        name: (attribute("stored", name), attribute("fields", name))
        for name in ("named", "values", "many", "increments", "sort", "questions")
    }

    assert said == {
        "named": ("object", ""),
        "values": ("object", "settable"),
        "many": ("object", "settable"),
        "increments": ("object", "numbers"),
        "sort": ("order", "any"),
        "questions": ("list", ""),
    }


def test_only_new_records_are_completed():
    assert "addRequired" in str(AllForm()["many"])
    assert "addRequired" not in str(AllForm()["values"])


def test_hint_of_one_field_is_its_own():
    assert attribute("hint", "named") == "Seen as headers."
    assert "double quotes" in attribute("hint", "values")


def test_columns_say_what_is_meant_where_nothing_is_said():
    html = str(AllForm()["questions"])

    usual = dict(re.findall(r'data-column="(\w+)"[^>]*data-usual="([^"]*)"', html))
    assert usual["name"] == ""
    assert json.loads(unescape(usual["type"])) == "text"
    assert json.loads(usual["required"]) is False


def test_document_without_rows_is_a_textarea():
    assert "<wf-rows" not in str(AllForm()["document"])


def test_field_of_anybody_may_have_its_rows():
    html = str(AllForm()["own"])

    assert 'data-lead="url"' in html
    assert '<option value="500">broken</option>' in html


def test_widget_speaks_the_language_of_the_reader():
    with translation.override("ru"):
        html = str(AllForm()["named"])

    assert "Добавить значение" in html


def test_hostile_values_are_escaped():
    html = str(AllForm(initial={"named": {"</textarea><script>": 1}})["named"])

    assert "<script" not in html
