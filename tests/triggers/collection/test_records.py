"""Records that are created, updated and deleted start workflows."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.core import serializers
from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat

from tests.conftest import NOW, drain
from workflows import clock, services
from workflows.models import Category, Execution


def rules(*given, match="all"):
    return {"match": match, "rules": [dict(rule) for rule in given]}


def rule(field, value, op="eq"):
    return {"field": field, "op": op, "value": value}


def test_created_record_starts_an_execution(listen, contexts):
    version = listen(events=["created"])

    user = User.objects.create(username="ada")

    [context] = contexts(version)
    assert context["data"]["id"] == user.pk
    assert context["data"]["username"] == "ada"
    assert (context["event"], context["before"]) == ("created", None)
    assert context["date"] == NOW


def test_updated_record_tells_what_it_was(listen, contexts, ada):
    listen(events=["updated"])

    ada.email = "new@example.com"
    ada.save()

    [context] = contexts()
    assert context["before"]["email"] == "ada@example.com"
    assert context["data"]["email"] == "new@example.com"
    assert context["changed"] == ["email"]


def test_deleted_record_is_told_as_it_was(listen, contexts, ada):
    listen(events=["deleted"])
    pk = ada.pk

    ada.delete()

    [context] = contexts()
    assert (context["data"]["id"], context["event"]) == (pk, "deleted")


def test_bulk_deletion_starts_one_for_each(listen, contexts, ada, staff):
    listen("auth.group", events=["deleted"])
    Group.objects.create(name="others")

    Group.objects.all().delete()

    assert {each["data"]["name"] for each in contexts()} == {"staff", "others"}


@pytest.mark.parametrize("event", ["created", "updated", "deleted"])
def test_only_the_chosen_events_count(listen, contexts, event):
    listen(events=[event])

    user = User.objects.create(username="ada")
    user.save()
    user.delete()

    assert [each["event"] for each in contexts()] == [event]


def test_other_collections_start_nothing(listen, contexts):
    listen("auth.group")

    User.objects.create(username="ada")

    assert contexts() == []


def test_each_version_that_listens_gets_its_own(listen, contexts):
    listen(title="One")
    listen(title="Two")

    User.objects.create(username="ada")

    assert len(contexts()) == 2


def test_each_save_is_a_happening_of_its_own(listen, contexts, ada):
    listen(events=["updated"])

    ada.save()
    ada.save()

    assert len(contexts()) == 2


def test_expression_is_told_as_the_database_made_it(listen, contexts, ada):
    listen(events=["updated"])

    ada.username = Concat(F("username"), Value("!"))
    ada.save()

    assert contexts()[0]["data"]["username"] == "ada!"


def test_partial_save_is_told_whole(listen, contexts, ada):
    listen(events=["updated"])

    ada.email = "unsaved@example.com"
    ada.first_name = "Ada"
    ada.save(update_fields=["first_name"])

    assert contexts()[0]["changed"] == ["first_name"]
    assert contexts()[0]["data"]["email"] == "ada@example.com"


def test_chosen_field_must_have_changed(listen, contexts, ada):
    listen(events=["updated"], changed=["email"])

    ada.first_name = "Ada"
    ada.save()
    assert contexts() == []

    ada.email = "new@example.com"
    ada.save()
    assert len(contexts()) == 1


def test_chosen_fields_do_not_matter_to_creation(listen, contexts):
    listen(events=["created"], changed=["email"])

    User.objects.create(username="ada")

    assert len(contexts()) == 1


def test_condition_must_be_met_after_the_save(listen, contexts, ada):
    listen(filter=rules(rule("is_staff", True)))

    ada.save()
    assert contexts() == []

    ada.is_staff = True
    ada.save()
    assert len(contexts()) == 1


def test_condition_of_a_deletion_is_asked_before_it(listen, contexts, ada):
    listen(events=["deleted"], filter=rules(rule("username", "ada")))
    User.objects.create(username="bob")

    User.objects.all().delete()

    assert [each["data"]["username"] for each in contexts()] == ["ada"]


def test_condition_may_compare_with_what_was(listen, contexts):
    grown = rule("position", "{{ trigger.before.position }}", "gt")
    listen("workflows.category", events=["updated"], filter=rules(grown))
    category = Category.objects.create(name="Mail", position=5)

    for position in (4, 6):
        category.position = position
        category.save()

    assert [each["data"]["position"] for each in contexts()] == [6]


def test_relations_are_told_if_asked(listen, contexts, ada, staff):
    ada.groups.add(staff)
    listen(events=["updated"], preload=["groups"])

    ada.save()

    assert [each["name"] for each in contexts()[0]["data"]["groups"]] == ["staff"]


def test_deleted_record_is_told_with_its_relations(listen, contexts, ada, staff):
    ada.groups.add(staff)
    listen(events=["deleted"], preload=["groups"])

    ada.delete()

    assert [each["name"] for each in contexts()[0]["data"]["groups"]] == ["staff"]


def test_rolled_back_save_leaves_no_execution(listen):
    version = listen()

    with transaction.atomic():
        User.objects.create(username="ada")
        transaction.set_rollback(True)

    version.refresh_from_db()
    assert not Execution.objects.exists()
    assert version.run_count == 0


@pytest.mark.parametrize("write", ["bulk_create", "update"])
def test_bulk_statements_send_no_signal(listen, contexts, ada, write):
    listen()

    if write == "update":
        User.objects.update(first_name="Ada")
    else:
        User.objects.bulk_create([User(username="bob")])

    assert contexts() == []


def test_disabled_version_hears_nothing(listen, contexts):
    services.disable(listen())

    User.objects.create(username="ada")

    assert contexts() == []


def test_loaded_fixtures_start_nothing(listen, contexts):
    listen()
    text = '[{"model": "auth.group", "pk": 77, "fields": {"name": "raw"}}]'

    for each in serializers.deserialize("json", text):
        each.save()

    assert contexts() == []


def test_fault_of_a_workflow_does_not_keep_from_saving(listen):
    bad = rule("position", "{{ trigger.before.position + 1 }}", "gt")
    version = listen("workflows.category", events=["created"], filter=rules(bad))

    Category.objects.create(name="Mail")

    rejected = Execution.objects.get(version=version)
    assert rejected.status == "rejected"
    assert "trigger.before.position" in rejected.reason


def test_collection_that_is_allowed_no_more_starts_nothing(listen, settings):
    version = listen()
    settings.WORKFLOWS = {"COLLECTIONS": []}

    User.objects.create(username="ada")

    assert not Execution.objects.exists()
    assert "may not touch 'auth.user'" in str(services.problems_of(version)[0])


def test_what_happened_reaches_the_nodes(listen):
    value = {"value": "{{ trigger.before.email }} > {{ trigger.data.email }}"}
    node = {"key": "reads", "type": "calculation", "config": value}
    listen(events=["updated"], nodes=[node])
    user = User.objects.create(username="ada", email="old@example.com")

    user.email = "new@example.com"
    user.save()
    drain()

    job = Execution.objects.get().jobs.get()
    assert job.result == "old@example.com > new@example.com"


def test_manual_run_takes_a_record(listen, ada):
    version = listen(preload=["groups"])

    execution = services.run_manually(version, {"record": str(ada.pk)}, NOW)

    assert execution.context["data"]["username"] == "ada"
    assert execution.context["data"]["groups"] == []


def test_key_names_the_happening_and_the_version(listen):
    version = listen()

    User.objects.create(username="ada")

    assert Execution.objects.get().event_key.startswith(f"{version.pk}:created:")


def test_moment_is_that_of_the_save(listen, contexts):
    listen()
    later = NOW + timedelta(hours=1)

    with clock.at(later):
        User.objects.create(username="ada")

    assert contexts()[0]["date"] == later
