"""The way in for programs: tokens, commands, answers, and what is refused."""

import json

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from handlers.work.models import ApiToken, Work
from handlers.work.starting import start_work
from handlers.work.tokens import issue, user_of
from tests.conftest import NOW
from tests.handlers.work.conftest import WELL, act
from workflows.exceptions import WorkflowError

pytestmark = pytest.mark.usefixtures("works", "db")
START = reverse("handlers_api_start")


def robot(*codenames):
    user = User.objects.create_user("robot")
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return issue("erp", user)


@pytest.fixture
def call(client):
    """Send a command with a token that may do all; give status and answer."""
    _token, text = robot("start_work", "stop_work", "view_work", "view_work_variables")

    def call(body, token=text, method="post", address=START):
        data = body if isinstance(body, str) else json.dumps(body)
        response = getattr(client, method)(
            address,
            data,
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}"},
        )
        return response.status_code, response.json() if response.content else None

    return call


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"work": WELL, "tag": "t"}, "once"),
        ({"StartWork": {"work": WELL, "tag": "t"}}, "once"),
        ({"StartWork": json.dumps({"work": WELL, "tag": "t"})}, "once"),
        ({"work": WELL, "tag": "t", "period": 20}, "periodic"),
        ({"StartPeriodicWork": {"work": WELL, "tag": "t", "period": 20}}, "periodic"),
        (
            {
                "StartDownloadWorkRequest": {
                    "request": {"url": "http://127.0.0.1:1/", "file": "a"},
                    "tag": "t",
                }
            },
            "download",
        ),
    ],
)
def test_commands_are_answered_with_id_and_state(call, body, kind):
    status, answer = call(body)

    work = Work.objects.get()
    assert (status, answer) == (201, {"id": work.pk, "state": "enqueued", "note": ""})
    assert (work.kind, work.tag, work.started_by.username) == (kind, "t", "robot")
    assert LogEntry.objects.get().user == work.started_by


def test_works_are_stopped(call):
    start_work(WELL, tag="t")
    start_work(WELL, tag="other")

    assert call({"StopWork": "t"}) == (200, {"stopped": 1})
    assert LogEntry.objects.count() == 1


def test_a_work_tells_where_it_is(call):
    work = start_work(WELL, tag="t")
    address = reverse("handlers_api_show", args=[work.pk])

    status, answer = call("", method="get", address=address)

    assert status == 200
    assert (answer["state"], answer["tag"], answer["result"]) == ("enqueued", "t", None)
    missing = reverse("handlers_api_show", args=[work.pk + 1])
    assert call("", method="get", address=missing)[0] == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("no json", 400),
        ("", 400),
        ("[]", 400),
        ("{}", 400),
        ("[" * 100_000, 400),
        ({"StartWork": {}}, 400),
        ({"work": []}, 400),
        ({"work": [act("cobol", "x")]}, 400),
        ({"work": [act("js", "x")]}, 400),
        ({"work": [act("http", "GET #no/x")]}, 400),
        ({"work": WELL, "conditions": "SUNNY"}, 400),
        ({"StartWork": {"work": WELL}, "StopWork": "t"}, 400),
        ("x" * 10_000_000, 413),
    ],
)
def test_bad_bodies_are_refused_and_leave_nothing(call, body, status):
    found, answer = call(body)

    assert found == status
    assert set(answer) == {"ErrorMessage"}
    assert answer["ErrorMessage"]
    assert not Work.objects.exists()
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic YTpi", "Bearer "])
def test_without_a_token_nothing_goes(client, header):
    response = client.post(
        START, "{}", content_type="application/json", headers={"Authorization": header}
    )

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Bearer"


def test_a_session_is_no_token(client):
    client.force_login(User.objects.create_superuser("owner"))

    assert client.post(START, "{}", content_type="application/json").status_code == 401


def test_the_whole_token_counts():
    token, text = robot()

    assert user_of(f"Bearer {text}", NOW) == token.user
    assert user_of(f"Bearer {text}x", NOW) is None
    assert user_of(f"Bearer {text[:12]}", NOW) is None
    assert user_of(f"Digest {text}", NOW) is None


def test_tokens_end_with_their_user():
    _token, text = robot()
    User.objects.update(is_active=False)

    assert user_of(f"Bearer {text}", NOW) is None


def test_a_token_is_kept_as_a_hash():
    _token, text = robot()
    stored = ApiToken.objects.values().get()

    assert text not in str(stored)
    assert stored["prefix"] == text[:12]


@pytest.mark.parametrize("body", [{"work": WELL}, {"StopWork": "t"}])
def test_the_user_of_a_token_needs_the_permission(call, body):
    User.objects.get().user_permissions.clear()

    assert call(body)[0] == 403
    assert not Work.objects.exists()


def test_seeing_needs_permission_too(call):
    work = start_work(WELL)
    User.objects.get().user_permissions.clear()
    address = reverse("handlers_api_show", args=[work.pk])

    assert call("", method="get", address=address)[0] == 403


@pytest.mark.parametrize("method", ["get", "put"])
def test_other_methods_are_refused(client, method):
    _token, text = robot("start_work")
    headers = {"Authorization": f"Bearer {text}"}

    assert getattr(client, method)(START, headers=headers).status_code == 405


def test_errors_are_sentences():
    with pytest.raises(WorkflowError, match=r"\.$"):
        start_work([])


@pytest.mark.parametrize("tag", ["", " ", None, {"a": 1}, 5])
def test_a_stop_without_a_tag_stops_nothing(call, tag):
    start_work(WELL)

    status, answer = call({"StopWork": tag})

    assert (status, "a tag is expected" in answer["ErrorMessage"]) == (400, True)
    assert Work.objects.get().state == "enqueued"


def test_a_body_may_be_written_as_in_samples(call):
    status, _answer = call("{'work': [{'type': 'set', 'method': 'a=1'}], 'tag': 't'};")

    assert (status, Work.objects.get().tag) == (201, "t")
