"""The scripts of the editor: small, and what is vendored is unchanged."""

import gzip
import hashlib
import re
from pathlib import Path

from django.contrib.staticfiles.storage import StaticFilesStorage

import workflows
from workflows.admin.editor.scripts import MODULES, editor_modules

STATIC = Path(workflows.__file__).parent / "static" / "workflows"
VENDOR = STATIC / "editor" / "vendor"
#: What the editor may load of scripts, in bytes gzipped.
BUDGET = 60 * 1024


def scripts():
    return [*STATIC.glob("editor/**/*.js")]


def test_scripts_stay_within_their_budget():
    size = sum(len(gzip.compress(script.read_bytes())) for script in scripts())

    assert 0 < size <= BUDGET


def test_vendored_files_have_the_checksums_that_are_written_down():
    readme = (VENDOR / "README.md").read_text("utf-8")
    written = dict(
        re.findall(r"^\| `(\S+?)` .* `([0-9a-f]{64})` \|$", readme, re.MULTILINE)
    )

    files = {file.name: file for file in VENDOR.glob("*.js")}
    assert written.keys() == files.keys()
    for name, file in files.items():
        assert hashlib.sha256(file.read_bytes()).hexdigest() == written[name]


def test_everything_that_is_imported_is_fetched_at_once():
    names = {str(script.relative_to(STATIC / "editor")) for script in scripts()}

    assert {"editor.js", *MODULES} == names


class Rewriting(StaticFilesStorage):
    """A storage that writes imports anew, as that of Django may."""

    support_js_module_import_aggregation = True

    def url(self, name):
        return f"/static/{name}?hash"


def test_modules_have_the_addresses_that_imports_come_to(monkeypatch):
    assert editor_modules()[1] == "/static/workflows/editor/expressions.js"
    for place in (
        "workflows.admin.editor.scripts",
        "django.contrib.staticfiles.storage",
    ):
        monkeypatch.setattr(f"{place}.staticfiles_storage", Rewriting())

    assert editor_modules()[1] == "/static/workflows/editor/expressions.js?hash"


def test_scripts_evaluate_no_texts():
    for script in scripts():
        if script.parent != VENDOR:
            text = script.read_text("utf-8")
            assert not re.search(r"\beval\(|new Function|\bouterHTML =", text), script
