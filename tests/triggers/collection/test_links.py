"""Lists of related records change the record that keeps them."""

from tests.triggers.collection.test_records import rule, rules


def test_added_record_updates_the_one_that_keeps_the_list(listen, contexts, ada, staff):
    listen(events=["updated"], changed=["groups"], preload=["groups"])

    ada.groups.add(staff)

    [context] = contexts()
    assert context["changed"] == ["groups"]
    assert [each["name"] for each in context["data"]["groups"]] == ["staff"]
    assert context["before"]["username"] == "ada"


def test_added_again_changes_nothing(listen, contexts, ada, staff):
    ada.groups.add(staff)
    listen(events=["updated"], changed=["groups"])

    ada.groups.add(staff)

    assert contexts() == []


def test_removed_and_cleared_count_too(listen, contexts, ada, staff):
    ada.groups.add(staff)
    listen(events=["updated"], changed=["groups"])

    ada.groups.remove(staff)
    ada.groups.add(staff)
    ada.groups.clear()

    assert len(contexts()) == 3


def test_other_side_updates_each_that_it_is_added_to(listen, contexts, ada, staff):
    listen(events=["updated"], changed=["groups"])

    staff.user_set.add(ada)
    staff.user_set.clear()

    assert [each["data"]["username"] for each in contexts()] == ["ada", "ada"]


def test_record_behind_the_list_is_not_updated(listen, contexts, ada, staff):
    listen("auth.group", events=["updated"])

    ada.groups.add(staff)

    assert contexts() == []


def test_other_chosen_fields_do_not_mind_the_list(listen, contexts, ada, staff):
    listen(events=["updated"], changed=["email"])

    ada.groups.add(staff)

    assert contexts() == []


def test_condition_may_ask_the_list(listen, contexts, ada, staff):
    listen(events=["updated"], filter=rules(rule("groups.name", "staff")))

    ada.groups.add(staff)
    ada.groups.clear()

    assert len(contexts()) == 1
