"""Who may call: logins, signatures and their time."""

import base64
import json

import pytest
from django.test import Client
from django.urls import resolve, reverse

from tests.conftest import NOW
from tests.triggers.webhook.conftest import KEY, address, sign
from triggers.webhook.forms import WebhookForm
from workflows.admin.summaries import explained
from workflows.models import Execution

TIME = int(NOW.timestamp())
BODY = json.dumps({"order": 7})


def basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.fixture
def basic_hook(hook):
    return hook(login="basic", secrets={"user": "shop", "password": "pä:ss"})


@pytest.fixture
def signed(hook):
    return hook(signature="timestamp", secrets={"signature": KEY})


def test_right_user_and_password_come_in(basic_hook, call):
    headers = {"Authorization": basic("shop", "pä:ss")}

    assert call({}, headers=headers).status_code == 202


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic",
        "Basic !!!",
        "Bearer pä:ss",
        basic("shop", "wrong"),
        basic("other", "pä:ss"),
        basic("", ""),
    ],
)
def test_wrong_login_stays_out(basic_hook, call, header):
    answer = call({}, headers={"Authorization": header.encode().decode("latin-1")})

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Basic")
    assert not Execution.objects.exists()


def test_bearer_token_is_compared(hook, call):
    hook(login="bearer", secrets={"bearer": "t0ken"})

    right = call({}, headers={"Authorization": "Bearer t0ken"})
    wrong = call({}, headers={"Authorization": "Bearer t0ke"})

    assert (right.status_code, wrong.status_code) == (202, 401)


def test_signature_of_the_body_is_checked(hook, call):
    hook(signature="body", secrets={"signature": KEY})
    headers = {"X-Signature": f"sha256={sign(BODY)}"}

    assert call(body=BODY, headers=headers).status_code == 202
    assert call(body=BODY + " ", headers=headers).status_code == 401


def test_signature_with_its_time_comes_in(signed, call):
    headers = {"X-Signature": sign(BODY, TIME), "X-Timestamp": str(TIME)}

    assert call(body=BODY, headers=headers).status_code == 202


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Signature": sign(BODY, TIME)},
        {"X-Timestamp": str(TIME)},
        {"X-Signature": sign(BODY), "X-Timestamp": str(TIME)},
        {"X-Signature": sign(BODY, TIME, "other"), "X-Timestamp": str(TIME)},
        {"X-Signature": sign(BODY, TIME), "X-Timestamp": str(TIME + 1)},
        {"X-Signature": sign(BODY, TIME - 301), "X-Timestamp": str(TIME - 301)},
        {"X-Signature": sign(BODY, TIME + 301), "X-Timestamp": str(TIME + 301)},
        {"X-Signature": sign(BODY, "soon"), "X-Timestamp": "soon"},
        {"X-Signature": sign(BODY, "-1"), "X-Timestamp": "-1"},
        {"X-Signature": sign(BODY, "9" * 40), "X-Timestamp": "9" * 40},
        {"X-Signature": "", "X-Timestamp": str(TIME)},
    ],
)
def test_wrong_signature_or_time_stays_out(signed, call, headers):
    assert call(body=BODY, headers=headers).status_code == 401
    assert not Execution.objects.exists()


def test_overheard_request_starts_nothing_again(signed, call):
    headers = {"X-Signature": sign(BODY, TIME), "X-Timestamp": str(TIME)}

    call(body=BODY, headers=headers)
    again = call(body=BODY, headers=headers)

    assert again.json()["repeated"] is True
    assert Execution.objects.count() == 1


@pytest.mark.parametrize(
    "config", [{"login": "basic"}, {"login": "bearer"}, {"signature": "body"}]
)
def test_secret_that_nobody_entered_lets_nobody_in(hook, call, config):
    hook(**config)

    answer = call({}, headers={"Authorization": basic("", ""), "X-Signature": sign("")})

    assert answer.status_code == 503


def test_missing_secret_is_explained(hook, make_version):

    version = hook(signature="body")

    assert "nobody has entered" in explained(version, NOW)


def test_no_other_view_goes_without_csrf():
    exempt = resolve(reverse("triggers_webhook", args=["x"])).func

    assert getattr(exempt, "csrf_exempt", False) is True
    assert Client(enforce_csrf_checks=True).post("/admin/login/").status_code == 403


def test_secret_headers_are_not_kept(db):
    problems = dict(
        WebhookForm.for_config({"headers": ["X-Ok", "Authorization"]}).problems()
    )

    assert "holds a secret" in problems["headers"]


def test_no_secret_is_in_the_history(hook, call):
    hook(login="bearer", secrets={"bearer": "t0ken-t0ken"})
    call({}, headers={"Authorization": "Bearer t0ken-t0ken"})

    assert "t0ken" not in str(Execution.objects.values_list().get())
    assert address().split("/")[2] not in str(Execution.objects.values_list().get())
