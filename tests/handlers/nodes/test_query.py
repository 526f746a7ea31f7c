"""Query: a record, a list, a number."""

import pytest

from handlers.nodes.query import Query
from tests.handlers.conftest import problems, run_node, shape
from workflows.contracts import Failed, NodeRun
from workflows.exceptions import CollectionNotAllowed
from workflows.forms import ConfigInvalid, ValueNotAccepted, compile_config
from workflows.models import Workflow

CATEGORY = {"collection": "workflows.category"}


def names(answer):
    return [row["name"] for row in answer.result]


def where(field, op, value=None):
    return {"rules": [{"field": field, "op": op, "value": value}]}


def test_list_has_all_records(categories):
    assert names(run_node(Query, **CATEGORY)) == ["Orders", "Stock", "Mail"]


def test_filter_selects(categories):
    answer = run_node(Query, filter=where("position", "gte", 1), **CATEGORY)

    assert names(answer) == ["Stock", "Mail"]


def test_minus_sorts_down(categories):
    assert names(run_node(Query, sort="-name", **CATEGORY)) == [
        "Stock",
        "Orders",
        "Mail",
    ]


def test_limit_and_offset_cut_a_page(categories):
    assert names(run_node(Query, limit=1, offset=1, **CATEGORY)) == ["Stock"]


def test_one_gives_the_first_record(categories):
    answer = run_node(Query, mode="one", sort="name", **CATEGORY)

    assert answer.result == {"id": categories[2].pk, "name": "Mail", "position": 2}


def test_one_gives_nothing_where_there_is_none(categories):
    answer = run_node(Query, mode="one", filter=where("name", "eq", "-"), **CATEGORY)

    assert answer.result is None


def test_count_is_a_number(categories):
    assert run_node(Query, mode="count", **CATEGORY).result == 3


@pytest.mark.parametrize(
    ("page", "names_", "has_next"),
    [(1, ["Mail", "Orders"], True), (2, ["Stock"], False), (3, [], False)],
)
def test_page_says_what_there_is(page, names_, has_next, categories):
    answer = run_node(Query, mode="page", page=page, limit=2, sort="name", **CATEGORY)

    records = answer.result.pop("records")
    assert [row["name"] for row in records] == names_
    rest = {"page": page, "pages": 2, "total": 3, "has_next": has_next}
    assert answer.result == rest


def test_last_page_that_is_full_has_no_next(categories):
    answer = run_node(Query, mode="page", limit=3, **CATEGORY)

    assert (answer.result["pages"], answer.result["has_next"]) == (1, False)


def test_page_counts_behind_the_offset(categories):
    answer = run_node(Query, mode="page", limit=1, offset=1, page=2, **CATEGORY)

    assert (answer.result["records"][0]["name"], answer.result["total"]) == ("Mail", 2)


def test_page_of_nothing(db, allowed):
    assert run_node(Query, mode="page", **CATEGORY).result == {
        "records": [],
        "page": 1,
        "pages": 0,
        "total": 0,
        "has_next": False,
    }


@pytest.mark.parametrize("mode", ["one", "list", "page", "count"])
def test_empty_result_fails_if_asked(mode, categories):
    config = {"filter": where("name", "eq", "-"), "fail_on_empty": True, **CATEGORY}

    answer = run_node(Query, mode=mode, **config)

    assert isinstance(answer, Failed)
    assert "No record of 'workflows.category'" in answer.message


def test_fields_are_chosen(categories):
    answer = run_node(Query, mode="one", fields="name", **CATEGORY)

    assert answer.result == {"name": "Orders"}


def test_relations_are_loaded(categories):
    Workflow.objects.create(title="One").categories.set(categories[:1])

    answer = run_node(
        Query, collection="workflows.workflow", preload="categories", mode="one"
    )

    assert [row["name"] for row in answer.result["categories"]] == ["Orders"]


def test_fields_follow_relations(categories):
    Workflow.objects.create(title="One").categories.set(categories[:2])
    config = {"collection": "workflows.workflow", "mode": "one"}

    answer = run_node(Query, fields="title, categories.name", **config)

    assert answer.result == {
        "title": "One",
        "categories": [{"name": "Orders"}, {"name": "Stock"}],
    }


def test_relation_that_is_loaded_is_given_whole(categories):
    Workflow.objects.create(title="One").categories.set(categories[:1])
    config = {"fields": "title, categories.name", "preload": "categories"}

    answer = run_node(Query, collection="workflows.workflow", mode="one", **config)

    assert answer.result["categories"][0].keys() == {"id", "name", "position"}


def test_record_found_twice_is_given_once(categories):
    Workflow.objects.create(title="One").categories.set(categories)

    answer = run_node(
        Query,
        collection="workflows.workflow",
        filter=where("categories.position", "gte", 0),
    )

    assert len(answer.result) == 1


def test_value_comes_from_an_expression(categories):
    scope = {"trigger": {"data": {"name": "Mail"}}}
    filter_ = where("name", "eq", "{{ trigger.data.name }}")

    assert names(run_node(Query, scope, filter=filter_, **CATEGORY)) == ["Mail"]


@pytest.mark.parametrize(
    ("setting", "value", "problem"),
    [
        ("filter", where("nix", "eq", 1), "no field 'nix'"),
        ("sort", "-nix", "no field 'nix'"),
        ("fields", "nix", "no field 'nix'"),
        ("fields", "name.nix", "no field 'name'"),
        ("fields", "workflows.nix", "no field 'nix'"),
        ("page", 0, "greater than or equal to 1"),
        ("preload", "name", "no field 'name'"),
        ("filter", where("position", "eq", "x"), "'position' cannot take 'x'"),
    ],
)
def test_wrong_name_is_a_form_error(setting, value, problem, allowed):
    assert problem in problems(Query, **CATEGORY, **{setting: value})[setting]


def test_collection_outside_the_list_is_a_form_error(settings):
    settings.WORKFLOWS = {"COLLECTIONS": []}

    with pytest.raises(ConfigInvalid, match=r"may not touch 'workflows\.category'"):
        run_node(Query, **CATEGORY)


def test_collection_taken_off_the_list_is_refused_at_run_time(rendered, settings):
    settings.WORKFLOWS = {"COLLECTIONS": []}

    with pytest.raises(CollectionNotAllowed, match="may not touch"):
        Query().run(rendered)


@pytest.fixture
def rendered(allowed, now):
    return NodeRun(
        config=compile_config(Query.form_class, CATEGORY).render({}), now=now
    )


def test_limit_is_bounded_at_run_time_too(allowed):
    scope = {"trigger": {"data": 5_000}}

    with pytest.raises(ValueNotAccepted, match="'limit' got '5000'"):
        run_node(Query, scope, limit="{{ trigger.data }}", **CATEGORY)


def test_result_reaches_the_next_node(make_version, run, categories):
    query = {"key": "all", "type": "query", "config": CATEGORY}
    config = {"value": "{{ nodes.all | map('name') | join('+') }}"}
    after = {"key": "sum", "type": "calculation", "config": config}

    execution = run(make_version(query, after))

    assert execution.jobs.get(node_key="sum").result == "Orders+Stock+Mail"


@pytest.mark.parametrize("mode", ["one", "list", "page"])
@pytest.mark.parametrize("fields", ["", "name", "name, workflows.title", ["name"]])
def test_shape_names_what_the_result_has(mode, fields, categories):
    config = {"mode": mode, "fields": fields, "sort": "name", **CATEGORY}

    result = run_node(Query, **config).result

    kind, names_ = shape(Query, **config)
    sample = result[0] if mode == "list" else result
    assert kind == ("list" if mode == "list" else "object")
    assert names_.keys() == sample.keys()


def test_shape_of_what_cannot_be_read_is_anything(allowed):
    assert shape(Query, fields="nix", mode="one", **CATEGORY) == ("any", {})
    assert shape(Query, mode="count", **CATEGORY) == ("number", {})
