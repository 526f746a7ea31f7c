"""A workflow that people start, with a form of its own."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from tests.conftest import NOW
from workflows import registry, services
from workflows.models import Execution

QUESTIONS = [
    {"name": "amount", "label": "Amount", "type": "decimal", "required": True},
    {"name": "day", "label": "Day", "type": "date"},
    {"name": "colour", "label": "Colour", "type": "choice", "choices": ["red", "blue"]},
]


@pytest.fixture
def version(make_version):
    config = {"questions": QUESTIONS}
    value = {"value": "{{ trigger.data.amount * 2 }}"}
    node = {"key": "twice", "type": "calculation", "config": value}
    return make_version(node, trigger="manual", config=config)


@pytest.fixture
def page(version):
    return reverse("admin:workflows_workflowversion_run", args=[version.pk])


def test_page_asks_the_questions(admin_client, page):
    text = admin_client.get(page, follow=True).text

    assert all(label in text for label in ("Amount", "Day", "Colour", "blue"))


def test_answers_are_the_data(admin_client, page):
    admin_client.post(page, {"amount": "1.5", "day": "2026-11-22", "colour": "red"})

    assert Execution.objects.get().context["data"] == {
        "amount": Decimal("1.5"),
        "day": date(2026, 11, 22),
        "colour": "red",
    }


@pytest.mark.parametrize("wrong", [{}, {"amount": "much"}, {"amount": 1, "colour": 7}])
def test_wrong_answers_start_nothing(admin_client, page, wrong):
    assert admin_client.post(page, wrong).status_code == 200

    assert not Execution.objects.exists()


def test_unanswered_question_is_nothing(version, run):
    assert run(version, {"amount": 2}).context["data"]["day"] is None


def test_synchronous_workflow_has_ended_when_the_page_is_back(
    admin_client, make_version
):
    made = make_version(trigger="manual", config={}, synchronous=True)

    admin_client.post(reverse("admin:workflows_workflowversion_run", args=[made.pk]))

    assert Execution.objects.get().status == "succeeded"


def test_nothing_else_starts_it(version):
    services.enable(version, NOW)

    assert registry.triggers.get("manual").next_run("pk") is None
    assert not Execution.objects.exists()


@pytest.mark.parametrize(
    ("questions", "problem"),
    [
        ([{"name": "A b"}], "small latin letters"),
        ([{"name": "a", "type": "colour"}], "no type 'colour'"),
        ([{"name": "a"}, {"name": "a"}], "used twice"),
        ([{"name": "a", "type": "choice"}], "needs choices"),
        ({"name": "a"}, "a list is expected"),
    ],
)
def test_wrong_questions_are_told(db, questions, problem):
    form = registry.triggers.get("manual").form_class
    problems = dict(form.for_config({"questions": questions}).problems())

    assert problem in problems["questions"]


def test_words_name_the_questions():
    trigger = registry.triggers.get("manual")

    assert trigger.describe({"questions": QUESTIONS}) == (
        "When a person runs it by hand, with: Amount, Day, Colour"
    )
    assert trigger.describe({}) == "When a person runs it by hand"
