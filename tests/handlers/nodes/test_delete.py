"""Delete: by a filter, never everything by mistake."""

import pytest
from django.contrib.auth.models import Group, User
from django.db.models import ProtectedError

from handlers.nodes.delete import Delete, StillNeeded
from tests.handlers.conftest import problems, run_node
from workflows.models import Category, Workflow

CATEGORY = {"collection": "workflows.category"}
MAIL = {"rules": [{"field": "name", "op": "eq", "value": "Mail"}]}


def test_deletes_what_fits_the_filter(categories):
    answer = run_node(Delete, filter=MAIL, **CATEGORY)

    assert answer.result == {"count": 1}
    assert not Category.objects.filter(name="Mail").exists()


def test_nothing_found_counts_nothing(categories):
    filter_ = {"rules": [{"field": "name", "op": "eq", "value": "-"}]}

    assert run_node(Delete, filter=filter_, **CATEGORY).result == {"count": 0}


def test_count_leaves_out_what_cascades(categories):
    Workflow.objects.create(title="One").categories.set(categories)

    answer = run_node(Delete, collection="workflows.workflow", all=True)

    assert answer.result == {"count": 1}


def test_filter_through_a_list_deletes_each_record_once(db, allowed):
    user = User.objects.create(username="ada")
    user.groups.set([Group.objects.create(name=name) for name in "ab"])
    rule = {"field": "groups.name", "op": "in", "value": ["a", "b"]}

    answer = run_node(Delete, collection="auth.user", filter={"rules": [rule]})

    assert answer.result == {"count": 1}


def test_empty_filter_is_a_form_error(allowed):
    assert "every record would be touched" in problems(Delete, **CATEGORY)["filter"]


def test_protected_record_is_told(categories, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise ProtectedError("protected", {Workflow(pk=1)})

    monkeypatch.setattr("django.db.models.query.QuerySet.delete", refuse)

    with pytest.raises(StillNeeded, match=r"'workflows[.]workflow' need them"):
        run_node(Delete, all=True, **CATEGORY)


def test_runs_in_the_transaction_of_the_engine(make_version, run, categories):
    config = {"all": True, **CATEGORY}

    execution = run(make_version({"key": "gone", "type": "delete", "config": config}))

    assert execution.jobs.get().result == {"count": 3}
