"""Create: one record or many."""

import pytest
from django.contrib.auth.models import Group, User

from handlers.nodes.create import Create
from handlers.writing import RecordInvalid
from tests.handlers.conftest import problems, run_node
from workflows.coercion import ValueRefused
from workflows.exceptions import WorkflowError
from workflows.models import Category, Workflow

CATEGORY = {"collection": "workflows.category"}


def test_creates_a_record(db, allowed):
    answer = run_node(Create, values={"name": "New", "position": "4"}, **CATEGORY)

    assert Category.objects.get(pk=answer.result["id"]).position == 4


def test_result_is_the_record(db, allowed):
    result = run_node(Create, values={"name": "New"}, **CATEGORY).result

    assert result == {"id": result["id"], "name": "New", "position": 0}


def test_list_creates_many(db, allowed):
    values = [{"name": "One"}, {"name": "{{ 'T' ~ 'wo' }}"}]

    answer = run_node(Create, values=values, **CATEGORY)

    assert [row["name"] for row in answer.result] == ["One", "Two"]


def test_values_may_come_whole_from_an_expression(db, allowed):
    scope = {"trigger": {"data": [{"name": "A"}, {"name": "B"}]}}

    run_node(Create, scope, values="{{ trigger.data }}", **CATEGORY)

    assert Category.objects.count() == 2


def test_expression_for_all_values_may_be_typed(allowed):
    typed = {"values": "{{ trigger.data }}", **CATEGORY}

    assert not Create.form_class(data=typed).errors


def test_links_to_many_are_set(categories):
    keys = [each.pk for each in categories]
    values = {"title": "Linked", "categories": keys}

    run_node(Create, values=values, collection="workflows.workflow")

    assert Workflow.objects.get().categories.count() == 3


def test_links_must_be_a_list(categories):
    values = {"title": "Linked", "categories": categories[0].pk}

    with pytest.raises(ValueRefused, match="Give a list of primary keys"):
        run_node(Create, values=values, collection="workflows.workflow")


def test_missing_link_is_told(categories):
    values = {"title": "Linked", "categories": [0]}

    with pytest.raises(ValueRefused, match="There is no record 0"):
        run_node(Create, values=values, collection="workflows.workflow")


def test_broken_rule_of_the_model_is_told(categories):
    with pytest.raises(RecordInvalid, match="with this Name already exists"):
        run_node(Create, values={"name": "Mail"}, **CATEGORY)


@pytest.mark.parametrize("value", [-1, "many", 10**30, [1], {}])
def test_value_that_a_field_refuses_is_told(value, db, allowed):
    scope = {"trigger": {"data": value}}
    values = {"name": "New", "position": "{{ trigger.data }}"}

    with pytest.raises(ValueRefused, match="'position' cannot take"):
        run_node(Create, scope, values=values, **CATEGORY)


@pytest.mark.parametrize("value", ["text", "{{ text }}", 5, None, [1]])
def test_values_must_be_an_object(value, db, allowed):
    scope = {"trigger": {"data": value}}

    with pytest.raises(WorkflowError, match=r"object|required"):
        run_node(Create, scope, values="{{ trigger.data }}", **CATEGORY)


def test_text_in_a_list_is_told(db, allowed):
    scope = {"trigger": {"data": 5}}
    values = [{"name": "A"}, "{{ trigger.data }}"]

    with pytest.raises(WorkflowError, match="Enter a JSON object"):
        run_node(Create, scope, values=values, **CATEGORY)


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"nix": 1}, "no field 'nix'. It has: id, name, position"),
        ({"id": 1}, "set by the model itself"),
        ({"position": "x"}, "'position' cannot take 'x'"),
        ("name", "JSON"),
        ([{"nix": 1}], "no field 'nix'"),
        ([{}] * 1001, "At most 1000 records"),
    ],
)
def test_wrong_value_is_a_form_error(values, problem, allowed):
    assert problem in problems(Create, values=values, **CATEGORY)["values"]


def test_field_that_is_not_editable_is_a_form_error(allowed):
    found = problems(Create, collection="workflows.workflow", values={"run_count": 1})

    assert "set by the model itself" in found["values"]


def test_foreign_key_takes_a_primary_key(db, settings, admin_user):
    settings.WORKFLOWS = {"COLLECTIONS": ["admin.logentry"]}
    values = {"user": admin_user.pk, "action_flag": 1, "object_repr": "x"}

    answer = run_node(
        Create, collection="admin.logentry", values=values, full_clean=False
    )

    assert answer.result["user_id"] == admin_user.pk


def test_failed_node_leaves_nothing_behind(make_version, run, categories):
    values = [{"name": "Fresh"}, {"name": "Mail"}]
    config = {"values": values, **CATEGORY}

    execution = run(make_version({"key": "new", "type": "create", "config": config}))

    assert execution.status == "error"
    assert not Category.objects.filter(name="Fresh").exists()


def test_user_joins_groups(db, allowed):
    group = Group.objects.create(name="Staff")
    values = {"username": "ada", "groups": [group.pk]}

    run_node(Create, collection="auth.user", values=values)

    assert User.objects.get(username="ada").groups.get() == group
