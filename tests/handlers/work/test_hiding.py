"""What is hidden, known by the name before it, in every form that handlers have."""

import json

import pytest

from handlers.work.hiding import MARK, hidden, hidden_in


@pytest.mark.parametrize(
    "text",
    [
        'HTTPAddAlias={"basic":{"user":"u","password":"s3cret"}}',
        json.dumps({"method": json.dumps({"password": 's3cret"s3cret'})}),
        json.dumps([json.dumps([json.dumps({"access_token": "s3cret", "n": 1})])]),
        "{'api_key': 's3cret'}",
        '{"token": "s3\\"cret s3cret"}',
        "a=1; client_secret = s3cret s3cret ;b=2",
        "put_password=s3cret",
        "GET https://x/y?n=1&token=s3cret#top",
        "Authorization: Bearer s3cret",
        "auth failed: Cookie: s3cret",
        '{"Authorization": "Basic s3cret"}',
        "Пароль=s3cret",
    ],
)
def test_secrets_in_texts_are_hidden(text):
    assert "s3cret" not in hidden(text)
    assert MARK in hidden(text)


@pytest.mark.parametrize(
    "text",
    [
        "password=@password;a=1",
        "select password from users where token=?",
        "tokens=5;secretary=Ann",
        "GET #a/b?token=@token",
        '{"password_hint": "none"}',
    ],
)
def test_names_and_references_are_no_secrets(text):
    assert hidden(text) == text


def test_values_are_hidden_by_their_keys_at_any_depth():
    value = {"a": [{"Token": "s3cret", "n": 1}], "password": "", "auth": {"user": "u"}}

    assert hidden_in(value) == {
        "a": [{"Token": MARK, "n": 1}],
        "password": "",
        "auth": {"user": "u"},
    }


def test_hiding_hostile_texts_takes_no_long():
    hidden('"token": ' * 2_000 + '\\"token\\": \\"x' * 2_000)
    hidden("?" + "a.-" * 20_000)
