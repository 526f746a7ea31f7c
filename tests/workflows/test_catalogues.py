"""The Russian texts are complete. `make messages` collects new ones."""

import re
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ["triggers", "workflows"]
PLACE = re.compile(r"%\(\w+\)[sd]")


def catalogue(app):
    return polib.pofile(str(ROOT / app / "locale/ru/LC_MESSAGES/django.po"))


def texts(entry):
    return list(entry.msgstr_plural.values()) or [entry.msgstr]


@pytest.mark.parametrize("app", APPS)
def test_every_text_is_translated(app):
    po = catalogue(app)
    forms = int(po.metadata["Plural-Forms"].removeprefix("nplurals=")[0])

    missing = [
        entry.msgid
        for entry in po
        if "fuzzy" in entry.flags
        or not all(texts(entry))
        or (entry.msgid_plural and len(texts(entry)) != forms)
    ]

    assert missing == []


@pytest.mark.parametrize("app", APPS)
def test_facts_keep_their_places(app):
    wrong = [
        entry.msgid
        for entry in catalogue(app)
        for text in texts(entry)
        if set(PLACE.findall(text)) != set(PLACE.findall(entry.msgid))
    ]

    assert wrong == []


@pytest.mark.parametrize("app", APPS)
def test_compiled_texts_are_the_written_ones(app):
    po = catalogue(app)
    mo = polib.mofile(str(ROOT / app / "locale/ru/LC_MESSAGES/django.mo"))

    compiled = {entry.msgid: texts(entry) for entry in mo}
    assert compiled == {entry.msgid: texts(entry) for entry in po}


def test_no_text_says_two_things():
    """Apps share one catalogue at run time: a word has one translation."""
    first, second = ({e.msgid: texts(e) for e in catalogue(app)} for app in APPS)

    clashes = [word for word in first if second.get(word, first[word]) != first[word]]
    assert clashes == []
