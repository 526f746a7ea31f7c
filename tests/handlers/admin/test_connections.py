"""Aliases, databases, tokens: secrets go in and never come out."""

import json

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core import serializers
from django.urls import reverse

from handlers.actions.models import Document, HttpAlias, SqlDatabase
from handlers.outbox.models import Notification
from handlers.work.models import ApiToken
from handlers.work.tokens import user_of
from tests.conftest import NOW
from tests.workflows.admin.conftest import person, said, shown

pytestmark = pytest.mark.usefixtures("works", "db")


def page(name, *args):
    return reverse(f"admin:handlers_{name}", args=args)


def alias(**values):
    return {"name": "shop", "url": "http://127.0.0.1:3000", **values}


@pytest.fixture
def stored(by_owner):
    values = alias(user="ann", password="s3cret!", headers='{"X-Key": "k3y"}')
    by_owner.post(page("httpalias_add"), values)
    return HttpAlias.objects.get()


def test_secrets_are_stored(stored):
    assert stored.secret == {
        "user": "ann",
        "password": "s3cret!",
        "headers": {"X-Key": "k3y"},
    }


def test_secrets_are_never_shown(by_owner, stored):
    texts = [
        shown(by_owner.get(page("httpalias_change", stored.pk))),
        shown(by_owner.get(page("httpalias_changelist"))),
        shown(by_owner.get(page("httpalias_history", stored.pk))),
        serializers.serialize("json", [stored]),
        str([entry.change_message for entry in LogEntry.objects.all()]),
    ]

    assert not [text for text in texts if "s3cret" in text or "k3y" in text]
    assert "Stored: X-Key." in texts[0]


def test_an_empty_password_keeps_the_stored_one(by_owner, stored):
    by_owner.post(page("httpalias_change", stored.pk), alias(user="bob"))

    stored.refresh_from_db()
    assert stored.secret == {
        "user": "bob",
        "password": "s3cret!",
        "headers": {"X-Key": "k3y"},
    }


def test_secrets_stay_with_their_host(by_owner, stored):
    address = page("httpalias_change", stored.pk)

    by_owner.post(address, alias(url="http://127.0.0.1:3000/other", user="ann"))
    assert HttpAlias.objects.get().secret["password"] == "s3cret!"
    by_owner.post(address, alias(url="http://evil.example", user="ann"))

    assert HttpAlias.objects.get().secret == {"user": "ann"}


def test_secrets_can_be_forgotten(by_owner, stored):
    by_owner.post(page("httpalias_change", stored.pk), alias(forget="on"))

    stored.refresh_from_db()
    assert stored.sealed == ""


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"name": "a/b"}, "A name has no"),
        ({"url": "ftp://x"}, "must begin with http://"),
        ({"url": "http://u:p@x/"}, "holds a user or a password"),
        ({"headers": "[1]"}, "Enter a JSON object"),
    ],
)
def test_bad_aliases_are_refused(by_owner, values, sentence):
    text = shown(by_owner.post(page("httpalias_add"), alias(**values)))

    assert sentence in text
    assert not HttpAlias.objects.exists()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"url": "http://{token}.example/", "token_place": "url"}, "only behind the"),
        ({"token_place": "url"}, "Write {token} into the address"),
        ({"url": "http://x/{token}"}, "The address has a place for it"),
        ({"token_name": "X Key"}, "Enter a valid value."),
    ],
)
def test_bad_tokens_are_refused(by_owner, values, sentence):
    text = shown(by_owner.post(page("httpalias_add"), alias(token="t", **values)))

    assert sentence in text
    assert not HttpAlias.objects.exists()


def test_a_token_is_stored_and_never_shown(by_owner):
    values = {"token": "t0ken!", "token_place": "header", "token_name": "X-Key"}
    by_owner.post(page("httpalias_add"), alias(**values))
    row = HttpAlias.objects.get()

    text = shown(by_owner.get(page("httpalias_change", row.pk)))
    by_owner.post(page("httpalias_change", row.pk), alias(token_place="query"))

    assert "t0ken!" not in text
    row.refresh_from_db()
    assert row.secret == {"token": "t0ken!", "token_place": "query"}


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/", "shop answers: status 200 after"),
        ("/status?code=404", "shop answers: status 404 after"),
        ("/status?code=401", "'shop' answers with status 401: it refuses the login."),
        ("/status?code=503", "'shop' answers with status 503: its server fails."),
    ],
)
def test_an_alias_is_tested(by_owner, server, path, sentence):
    url = f"http://127.0.0.1:{server.server_port}{path}"
    row = HttpAlias.objects.create(name="shop", url=url)

    response = by_owner.post(page("httpalias_test", row.pk), follow=True)

    assert sentence in said(response)[0]


def test_an_alias_that_nobody_answers_says_so(by_owner):
    row = HttpAlias.objects.create(name="shop", url="http://127.0.0.1:1/?key=s3cret!")

    [sentence] = said(by_owner.post(page("httpalias_test", row.pk), follow=True))

    problem = "The request to '127.0.0.1' failed: Connection refused."
    assert sentence == f"shop: {problem}"


def test_only_who_may_tests_an_alias(browse):
    row = HttpAlias.objects.create(name="shop", url="http://127.0.0.1:1/")
    keeper = person("keeper", "view_httpalias", "change_httpalias")
    tester = person("tester", "view_httpalias", "test_httpalias")
    address = page("httpalias_test", row.pk)
    button = f'action="{address}"'

    assert browse(keeper).post(address).status_code == 403
    assert button not in shown(browse(keeper).get(page("httpalias_change", row.pk)))
    assert browse(tester).get(address).status_code == 405
    assert button in shown(browse(tester).get(page("httpalias_change", row.pk)))
    assert browse(tester).post(address).status_code == 302


def test_a_database_is_tested(by_owner, settings):
    settings.WORKS = {**settings.WORKS, "DATABASE_ALIASES": ["default", "nix"]}
    names = {"file": "", "main": "default", "gone": "nix"}
    for name, django_alias in names.items():
        SqlDatabase.objects.create(name=name, django_alias=django_alias)

    chosen = [row.pk for row in SqlDatabase.objects.all()]
    values = {"action": "test", "_selected_action": chosen}
    response = by_owner.post(page("sqldatabase_changelist"), values, follow=True)

    wrong, right = said(response)
    assert "'gone'" in wrong
    assert right == "2 connections answer."


def test_a_test_leaves_a_line_in_the_log(by_owner):
    row = SqlDatabase.objects.create(name="goods")

    response = by_owner.post(page("sqldatabase_test", row.pk), follow=True)

    assert said(response) == ["goods answers: SQLite."]
    assert LogEntry.objects.get().get_change_message() == "goods answers: SQLite."


@pytest.mark.parametrize("name", ["../x", "a/b", ".."])
def test_bad_names_of_databases_are_refused(by_owner, name):
    text = shown(by_owner.post(page("sqldatabase_add"), {"name": name}))

    assert "is refused" in text
    assert not SqlDatabase.objects.exists()


def test_only_listed_django_databases_are_offered(by_owner, settings):
    values = {"name": "x", "django_alias": "default"}
    by_owner.post(page("sqldatabase_add"), values)
    assert not SqlDatabase.objects.exists()

    settings.WORKS = {**settings.WORKS, "DATABASE_ALIASES": ["default"]}
    by_owner.post(page("sqldatabase_add"), values)

    assert SqlDatabase.objects.get().django_alias == "default"


def test_a_token_is_shown_once(by_owner, owner):
    values = {"name": "erp", "user": owner.pk}
    response = by_owner.post(page("apitoken_add"), values, follow=True)

    [text] = [line.split(": ")[1] for line in said(response) if "shown" in line]
    assert user_of(f"Bearer {text}", NOW) == owner
    assert text not in json.dumps([*ApiToken.objects.values("prefix", "digest")])
    assert text not in shown(by_owner.get(page("apitoken_changelist")))


def test_only_superusers_make_tokens(browse):
    keeper = person("keeper", "add_apitoken", "view_apitoken")

    assert browse(keeper).get(page("apitoken_add")).status_code == 403


@pytest.mark.parametrize("name", ["document", "notification"])
def test_what_works_store_is_seen_and_not_changed(by_owner, name):
    document = Document.objects.create(database="d", collection="c", key="k")
    note = Notification.objects.create(number=1, title="Hi", changed_at=NOW)
    row = {"document": document, "notification": note}[name]

    assert by_owner.get(page(f"{name}_changelist")).status_code == 200
    assert by_owner.get(page(f"{name}_add")).status_code == 403
    assert by_owner.post(page(f"{name}_change", row.pk), {}).status_code == 403


def test_names_of_users_are_found(by_owner):
    User.objects.create(username="robot")

    assert by_owner.get(page("apitoken_add")).status_code == 200
