"""The scripts of the editor: small, and what is vendored is unchanged."""

import gzip
import hashlib
import re
from pathlib import Path

import workflows

STATIC = Path(workflows.__file__).parent / "static" / "workflows"
VENDOR = STATIC / "editor" / "vendor"
#: What the editor may load of scripts, in bytes gzipped.
BUDGET = 60 * 1024


def scripts():
    return [*STATIC.glob("editor/**/*.js"), STATIC / "preview.js"]


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


def test_scripts_evaluate_no_texts():
    for script in scripts():
        if script.parent != VENDOR:
            text = script.read_text("utf-8")
            assert not re.search(r"\beval\(|new Function|\bouterHTML =", text), script
