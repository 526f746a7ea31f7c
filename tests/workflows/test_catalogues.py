"""The Russian texts are complete. `make messages` collects new ones."""

import re
from pathlib import Path

import django
import polib
import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]
APPS = ["demo/shop", "handlers", "triggers", "workflows"]
PLACE = re.compile(r"%\(\w+\)[sdr]")


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

    compiled = {(entry.msgctxt, entry.msgid): texts(entry) for entry in mo}
    assert compiled == {(e.msgctxt, e.msgid): texts(e) for e in po}


def others():
    """Give the catalogues that share one name space with ours at run time."""
    roots = [Path(config.path) for config in apps.get_app_configs()]
    for root in [Path(django.__file__).parent / "conf", *roots]:
        path = root / "locale/ru/LC_MESSAGES/django.mo"
        if path.exists():
            yield polib.mofile(str(path))


def said(entries):
    plain = (entry for entry in entries if not entry.msgctxt)
    return {entry.msgid: texts(entry) for entry in plain if any(texts(entry))}


@pytest.mark.parametrize("app", APPS)
def test_no_text_says_two_things(app):
    ours = said(catalogue(app))

    clashes = {
        word: (ours[word], text)
        for other in others()
        for word, text in said(other).items()
        if ours.get(word, text) != text
    }

    assert clashes == {}
