"""A copy to people: told once, and nobody waits."""

from datetime import timedelta

import pytest
from django.urls import reverse

from handlers.inbox.models import InboxMessage
from handlers.inbox.pollers import PruneInbox
from handlers.inbox.telling import Letter, tell
from handlers.nodes.copy_to import CopyTo
from handlers.people.pollers import RemindPeople
from tests.conftest import NOW
from tests.handlers.admin.conftest import browse, by_owner, owner
from tests.handlers.conftest import problems
from tests.handlers.people.conftest import ask, cast, share_of
from tests.workflows.admin.conftest import person, said, shown

__all__ = ["ask", "browse", "by_owner", "cast", "owner"]
LIST = reverse("admin:handlers_inboxmessage_changelist")
HOSTILE = "<script>alert(1)</script>\u202e\x07"


@pytest.fixture
def copy(cast, make_version, run):
    def copy(**config):
        config = {"title": "Order {{ 7 }} is paid", "users": "alice", **config}
        return run(make_version({"key": "copy", "type": "copy_to", "config": config}))

    return copy


def message():
    return InboxMessage.objects.get()


def page(pk):
    return reverse("admin:handlers_inboxmessage_change", args=[pk])


def test_people_are_told_and_nothing_waits(copy):
    execution = copy(user_groups="Buyers", text="Thanks.\nAll.")

    assert execution.status == "succeeded"
    assert execution.jobs.get().result == {"told": 2}
    told = InboxMessage.objects.order_by("user__username")
    assert [each.user.username for each in told] == ["alice", "bob"]
    assert (told[0].title, told[0].text) == ("Order 7 is paid", "Thanks.\nAll.")
    assert (told[0].execution, told[0].sent_at) == (execution.pk, NOW)


@pytest.mark.parametrize(
    ("config", "sentence"),
    [({"users": "zoe"}, "no user 'zoe'"), ({"title": "{{ '' }}"}, "title")],
)
def test_a_wrong_setting_tells_nobody(copy, config, sentence):
    execution = copy(**config)

    assert execution.status == "error"
    assert sentence in execution.reason
    assert not InboxMessage.objects.exists()


def test_somebody_must_be_meant():
    assert "users" in problems(CopyTo, title="Paid")


def test_people_see_and_read_their_own(copy, browse, cast):
    copy()
    client = browse(cast["alice"])
    index = reverse("admin:index")
    assert "Messages <strong>(1)</strong>" in shown(client.get(index))
    assert '<span class="wf-tag">new</span>' in shown(client.get(LIST))

    assert "Order 7 is paid" in shown(client.get(page(message().pk)))

    assert message().read_at is not None
    assert "wf-tag" not in shown(client.get(LIST))
    assert "Messages <strong>" not in shown(client.get(index))


def test_nobody_sees_those_of_others(copy, by_owner):
    copy()

    assert "Order 7" not in shown(by_owner.get(LIST))
    assert by_owner.get(page(message().pk)).status_code == 404
    assert message().read_at is None


def test_a_link_to_the_execution_needs_its_permission(copy, browse, cast):
    execution = copy()
    link = reverse("admin:workflows_execution_change", args=[execution.pk])
    assert link not in shown(browse(cast["alice"]).get(page(message().pk)))
    viewer = person("viewer", "view_execution")
    InboxMessage.objects.update(user=viewer)

    assert link in shown(browse(viewer).get(page(message().pk)))


def test_many_are_marked_as_read_and_only_ones_own(copy, browse, cast):
    copy(user_groups="Buyers")
    keys = list(InboxMessage.objects.values_list("pk", flat=True))
    chosen = {"action": "mark_read", "_selected_action": keys}

    response = browse(cast["alice"]).post(LIST, chosen, follow=True)

    assert said(response) == ["1 message is read now."]
    assert InboxMessage.objects.get(read_at=None).user == cast["bob"]


@pytest.mark.parametrize(("read", "count"), [("0", 1), ("1", 0), ("", 1)])
def test_the_list_is_filtered(copy, browse, cast, read, count):
    copy()

    response = browse(cast["alice"]).get(LIST, {"read": read} if read else {})

    assert response.context["cl"].result_count == count


def test_hostile_texts_are_texts(copy, browse, cast):
    copy(title=HOSTILE, text=HOSTILE)
    client = browse(cast["alice"])

    for address in (LIST, page(message().pk)):
        text = shown(client.get(address))
        assert "<script>alert" not in text
        assert "\u202e" not in text
        assert "\x07" not in text


def test_a_reminder_is_a_message(ask):
    ask(remind_after="1h")
    RemindPeople().drain(NOW + timedelta(hours=1))

    assert message().title == "Reminder: Pay?"
    assert message().link == reverse(
        "admin:handlers_taskshare_change", args=[share_of("alice").pk]
    )


def test_old_messages_are_deleted(cast, settings):
    settings.WORKS = {"KEEP": 3600}
    tell([cast["alice"]], Letter("Old"), NOW)
    assert PruneInbox().drain(NOW + timedelta(minutes=59)) == 0
    poller = PruneInbox()

    assert poller.drain(NOW + timedelta(minutes=61)) == 1
    assert poller.due(NOW) == NOW + timedelta(minutes=71)
    settings.WORKS = {"KEEP": 0}
    assert poller.due(NOW) is None
