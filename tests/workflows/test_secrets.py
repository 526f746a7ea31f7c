"""Secrets at rest, and a change of their key."""

import pytest
from django.core.management import call_command

from handlers.actions.models import HttpAlias
from workflows.secrets import SecretUnreadable, seal, unseal


@pytest.fixture
def keys(settings):
    def keys(*texts):
        settings.WORKFLOWS = {"SECRET_KEYS": texts}

    keys("old")
    return keys


def rotate(capsys):
    call_command("rotatesecrets")
    return capsys.readouterr()


def test_a_secret_comes_back(keys):
    assert unseal(seal({"token": "t"})) == {"token": "t"}
    assert unseal(seal({})) is None


def test_a_secret_without_its_key_cannot_be_read(keys):
    text = seal("s")
    keys("new")

    with pytest.raises(SecretUnreadable, match="its key is gone"):
        unseal(text)


def test_the_old_key_can_go_after_a_rotation(keys, db, capsys):
    HttpAlias.objects.create(name="shop", url="http://x", sealed=seal({"token": "t"}))
    HttpAlias.objects.create(name="open", url="http://x")
    keys("new", "old")

    assert rotate(capsys).out == "1 secrets have the newest key, 0 are unreadable.\n"
    keys("new")
    assert HttpAlias.objects.get(name="shop").secret == {"token": "t"}


def test_a_rotation_names_what_it_cannot_read(keys, db, capsys):
    HttpAlias.objects.create(name="shop", url="http://x", sealed=seal({"token": "t"}))
    keys("new")

    said = rotate(capsys)
    assert said.err == "handlers.HttpAlias: shop: unreadable\n"
    assert said.out == "0 secrets have the newest key, 1 are unreadable.\n"
