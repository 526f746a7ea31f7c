"""What docs say about running Punctual is compared with the code."""

import os
import re
import secrets
import subprocess
import sys
from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands

from workflows.conf import Settings
from workflows.models import Incident
from workflows.states import FINAL

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")
PRODUCTION = (ROOT / "docs/how-to/production.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (`.*?`) \| .* \| (.*?) \|$", re.MULTILINE)


def table(heading):
    """Read a table of names and defaults."""
    section = SETTINGS.split(f"## {heading}\n")[1].split("\n## ")[0]
    return {
        name: default
        for names, default in ROW.findall(section)
        for name in re.findall("`(.*?)`", names)
    }


def shown(default):
    """Write a default as the table has it."""
    if isinstance(default, timedelta):
        return f"{default.total_seconds():g}"
    if isinstance(default, bool):
        return "yes" if default else "no"
    if default and isinstance(default, tuple):
        return "see below"
    return "none" if default in {(), ""} else str(default)


def test_every_key_of_workflows_is_listed_with_its_default():
    keys = {field.name.upper(): shown(field.default) for field in fields(Settings)}

    assert table("`WORKFLOWS`") == keys


def test_every_variable_is_listed():
    read = re.compile(r'(?:environ\.get\(|flag\(|words\(|environ\[)\s*"([A-Z_]+)"')
    code = [ROOT / "config/settings.py", ROOT / "workflows/management/commands/up.py"]
    used = {name for path in code for name in read.findall(path.read_text())}

    listed = {n for n in table("Environment variables") if n != "NO_COLOR"}
    computed = {name for name in listed if name.startswith("WORKFLOWS_")}
    assert listed - computed == used - computed
    assert {name.removeprefix("WORKFLOWS_") for name in computed} <= set(
        table("`WORKFLOWS`")
    )


@pytest.mark.parametrize(
    "command", sorted(set(re.findall(r"manage\.py (\w+)", PRODUCTION)))
)
def test_every_command_exists(command):
    assert command in get_commands()


def test_the_compose_file_has_a_service_for_each_process():
    [text] = re.findall(r"```yaml\n(.*?)```", PRODUCTION, re.DOTALL)

    services = yaml.safe_load(text)["services"]

    assert list(services) == [
        "database",
        "prepare",
        "web",
        "cluster",
        "watchdog",
    ]
    assert services["cluster"]["command"][-1] == "runcluster"
    assert "manage.py watchdog" in services["watchdog"]["command"]


def test_the_table_of_retention_is_the_default():
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \| (\d+) \|$", SETTINGS, re.MULTILINE)
    listed = {
        (status, int(days))
        for statuses, days in rows
        for status in re.findall(r"`(\w+)`", statuses)
        if status in FINAL
    }

    assert listed == set(Settings().retention)


def test_every_kind_of_incident_is_listed():
    listed = SETTINGS.split("`kind` one of ")[1].split(".")[0]

    assert re.findall(r"`(\w+)`", listed) == Incident.Kind.values


def test_every_unit_runs_a_command_that_exists():
    units = re.findall(
        r"^ExecStart=\S+ (?:manage\.py (\w+)|config\.wsgi)", PRODUCTION, re.MULTILINE
    )

    assert [unit for unit in units if unit] == ["runcluster", "watchdog"]
    assert "KillMode=mixed" in PRODUCTION


FAKE_CRONTAB = """#!/bin/sh
[ "$1" = -l ] && exec cat {file}
exec cp "$1" {file}
"""


@pytest.mark.processes
def test_the_crontab_has_one_line_however_often_it_is_added(tmp_path):
    file, program = tmp_path / "lines", tmp_path / "crontab"
    program.write_text(FAKE_CRONTAB.format(file=file))
    program.chmod(0o755)
    file.write_text("0 1 * * * backup # punctual in elsewhere\n")
    settings = f"from config.settings import *\nCRONTAB_EXECUTABLE = '{program}'\n"
    (tmp_path / "with_crontab.py").write_text(settings)

    for _ in range(3):
        answer = managed(
            "crontab", "add", "-v0",
            DJANGO_SETTINGS_MODULE="with_crontab", PYTHONPATH=str(tmp_path),
            VAR_DIR=str(tmp_path),
        )  # fmt: skip
        assert answer.returncode == 0, answer.stderr

    other, ours = file.read_text().splitlines()
    assert other.startswith("0 1 * * * backup")
    assert ours.startswith(f"* * * * * {sys.executable} {ROOT}/manage.py crontab run")


def managed(*arguments, **variables):
    """Run manage.py with these variables and hardly any other."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=kept | variables, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


@pytest.mark.processes
def test_the_documented_settings_pass_the_check_of_django(tmp_path):
    blocks = re.findall(r"```sh\n(.*?)```", PRODUCTION, re.DOTALL)
    [block] = [each for each in blocks if each.startswith("PRODUCTION=1")]
    variables = dict(line.split("=", 1) for line in block.splitlines())
    variables |= {"SECRET_KEY": secrets.token_urlsafe(50), "VAR_DIR": str(tmp_path)}

    answer = managed("check", "--deploy", "--fail-level", "WARNING", **variables)

    assert answer.returncode == 0, answer.stderr
