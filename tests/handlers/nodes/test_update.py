"""Update: by a filter, by one statement or with signals."""

import pytest
from django.db.models.signals import post_save

from handlers.nodes.update import EverythingMeant, NeedsSignals, Update, selected
from handlers.writing import RecordInvalid
from tests.handlers.conftest import problems, run_node
from workflows.coercion import ValueRefused
from workflows.models import Category, Workflow

CATEGORY = {"collection": "workflows.category"}
MAIL = {"rules": [{"field": "name", "op": "eq", "value": "Mail"}]}
BOTH = pytest.mark.parametrize("signals", [True, False])


def positions():
    return dict(Category.objects.values_list("name", "position"))


@BOTH
def test_changes_what_fits_the_filter(signals, categories):
    config = {"filter": MAIL, "values": {"position": 9}, "signals": signals}

    answer = run_node(Update, **config, **CATEGORY)

    assert answer.result == {"count": 1}
    assert positions() == {"Orders": 0, "Stock": 1, "Mail": 9}


@BOTH
def test_increments_add_to_what_is_stored(signals, categories):
    config = {"all": True, "increments": {"position": "{{ 2 * 5 }}"}}

    run_node(Update, signals=signals, **config, **CATEGORY)

    assert positions() == {"Orders": 10, "Stock": 11, "Mail": 12}


def test_increment_is_added_by_the_database(categories, django_assert_num_queries):
    with django_assert_num_queries(1) as queries:
        run_node(Update, all=True, increments={"position": 1}, **CATEGORY)

    assert '"position" + 1' in queries[0]["sql"].replace("`", '"')


@BOTH
def test_signals_are_sent_only_if_asked(signals, categories):
    saved = []
    post_save.connect(
        lambda instance, **_: saved.append(instance),
        weak=False,
        sender=Category,
        dispatch_uid="test",
    )

    run_node(Update, all=True, values={"position": 1}, signals=signals, **CATEGORY)

    post_save.disconnect(sender=Category, dispatch_uid="test")
    assert len(saved) == (3 if signals else 0)


def test_links_to_many_need_signals(categories):
    config = {"collection": "workflows.workflow", "values": {"categories": []}}

    with pytest.raises(NeedsSignals, match="Switch signals on"):
        run_node(Update, all=True, **config)


def test_links_to_many_are_set_with_signals(categories):
    workflow = Workflow.objects.create(title="One")
    values = {"categories": [categories[0].pk]}
    config = {"collection": "workflows.workflow", "values": values}

    run_node(Update, all=True, signals=True, **config)

    assert workflow.categories.get() == categories[0]


@BOTH
def test_filter_through_a_list_counts_each_record_once(signals, categories):
    Workflow.objects.create(title="One").categories.set(categories)
    rule = {"field": "categories.position", "op": "gte", "value": 0}
    config = {"filter": {"rules": [rule]}, "values": {"title": "New"}}

    answer = run_node(
        Update, collection="workflows.workflow", signals=signals, **config
    )

    assert answer.result == {"count": 1}


def test_model_is_asked_with_signals(categories):
    with pytest.raises(RecordInvalid, match="already exists"):
        run_node(
            Update, filter=MAIL, values={"name": "Stock"}, signals=True, **CATEGORY
        )


def test_value_that_a_field_refuses_is_told(categories):
    scope = {"trigger": {"data": "x"}}
    values = {"position": "{{ trigger.data }}"}

    with pytest.raises(ValueRefused, match="'position' cannot take 'x'"):
        run_node(Update, scope, all=True, values=values, **CATEGORY)


def test_nothing_to_compare_with_is_told(categories):
    rule = {"field": "name", "op": "eq", "value": "{{ trigger.data }}"}
    config = {"filter": {"rules": [rule]}, "values": {"position": 1}}

    with pytest.raises(ValueRefused, match="use is_empty"):
        run_node(Update, {"trigger": {"data": None}}, **config, **CATEGORY)


def test_empty_filter_is_a_form_error(allowed):
    found = problems(Update, values={"position": 1}, **CATEGORY)

    assert "every record would be touched" in found["filter"]


def test_empty_filter_is_refused_at_run_time_too(allowed):
    with pytest.raises(EverythingMeant, match="every record would be touched"):
        selected(Category, {"filter": {"rules": []}, "all": False})


def test_something_must_change(allowed):
    assert "Say what changes" in problems(Update, all=True, **CATEGORY)["values"]


def test_field_is_set_or_incremented(allowed):
    config = {"values": {"position": 1}, "increments": {"position": 1}}

    assert (
        "choose one" in problems(Update, all=True, **config, **CATEGORY)["increments"]
    )


def test_only_numbers_are_incremented(allowed):
    found = problems(Update, all=True, increments={"name": 1}, **CATEGORY)

    assert "is no number" in found["increments"]


def test_count_is_the_result_of_the_job(make_version, run, categories, allowed):
    Category.objects.update(position=5)
    config = {"filter": MAIL, "increments": {"position": -1}, **CATEGORY}

    execution = run(make_version({"key": "less", "type": "update", "config": config}))

    assert execution.jobs.get().result == {"count": 1}
    assert positions()["Mail"] == 4
