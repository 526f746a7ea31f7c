"""What docs say about running Punctual is compared with the code."""

import re
from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands

from handlers.conf import WorkSettings
from workflows.conf import Settings

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
        return f"{default.total_seconds():.15g}"
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


def test_every_key_of_works_is_listed_with_its_default():
    keys = {field.name.upper(): shown(field.default) for field in fields(WorkSettings)}

    assert table("`WORKS`") == keys


@pytest.mark.parametrize(
    "command", sorted(set(re.findall(r"manage\.py (\w+)", PRODUCTION)))
)
def test_every_command_exists(command):
    assert command in get_commands()


def test_the_compose_file_has_a_service_for_each_process():
    [text] = re.findall(r"```yaml\n(.*?)```", PRODUCTION, re.DOTALL)

    services = yaml.safe_load(text)["services"]

    assert list(services) == ["database", "prepare", "web", "cluster"]
    assert services["cluster"]["command"][-1] == "runcluster"
