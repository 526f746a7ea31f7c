"""The Russian texts are complete. `make messages` collects new ones."""

import os
import re
import shutil
import subprocess
import sys
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


@pytest.mark.parametrize("app", APPS)
def test_every_text_is_collected(app, tmp_path):
    """Collect the texts anew, from templates and Python; none may be new."""
    if shutil.which("xgettext") is None:
        missing = pytest.fail if os.environ.get("REQUIRE_SERVICES") else pytest.skip
        missing("gettext is not installed.")
    shutil.copytree(ROOT / app, tmp_path / app)
    command = "makemessages --locale ru --no-obsolete --no-location --verbosity 0"
    subprocess.run(
        [sys.executable, "-m", "django", *command.split()],
        cwd=tmp_path / app,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": ""},
        check=True,
    )

    there = polib.pofile(str(tmp_path / app / "locale/ru/LC_MESSAGES/django.po"))
    kept = catalogue(app)
    assert {key_of(e) for e in there} - {key_of(e) for e in kept} == set()


def key_of(entry):
    return entry.msgctxt, entry.msgid, entry.msgid_plural


#: What a template says besides its texts: tags, variables, remarks, and symbols.
UNSAID = re.compile(
    r"{% block \w*class %}.*?{% endblock %}|{% comment.*?endcomment %}"
    r"|{% blocktranslate.*?endblocktranslate %}"
    r"|{%.*?%}|{{.*?}}|{#.*?#}|<(style|code)\b.*?</\1>",
    re.DOTALL,
)
#: Texts between tags, and in the attributes that people see or hear.
SEEN = re.compile(
    r">([^<>]*[A-Za-z]{2}[^<>]*)<"
    r"|\b(?:title|alt|placeholder|aria-label|label)=\"([^\"]*[A-Za-z]{2}[^\"]*)\""
)


def read(file):
    return re.sub(r"&\w+;", "", file.read_text("utf-8"))


TEMPLATES = [
    file for app in APPS for file in (ROOT / app).glob("**/templates/**/*.html")
]
SCRIPTS = [
    file
    for app in APPS
    for file in (ROOT / app).glob("**/static/**/*.js")
    if "vendor" not in file.parts
]


@pytest.mark.parametrize(
    "file", TEMPLATES, ids=lambda file: str(file.relative_to(ROOT))
)
def test_templates_have_no_text_of_their_own(file):
    plain = re.sub(r"&\w+;", "", file.read_text("utf-8"))
    text = UNSAID.sub("", plain)

    assert [
        found for pair in SEEN.findall(f">{text}<") for found in pair if found
    ] == []


@pytest.mark.parametrize("file", SCRIPTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_scripts_have_no_text_of_their_own(file):
    """Scripts take their texts from attributes, which templates have translated."""
    text = re.sub(r"/\*.*?\*/|//[^\n]*", "", read(file), flags=re.DOTALL)

    assert re.findall(r"""["'`][A-Z][a-z]+ [a-z][^"'`]*["'`]""", text) == []


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
