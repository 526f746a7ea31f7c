"""The distribution has all that a project needs, and the how-to installs it."""

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.processes.conftest import ROOT
from workflows.cluster import broker, redis_broker

pytest.importorskip("setuptools", minversion="77", reason="it builds the wheel")

pytestmark = pytest.mark.processes
APPS = ("handlers", "triggers", "workflows")
HOW_TO = ROOT / "docs" / "how-to" / "install-into-your-project.md"
SETTINGS, URLS = (
    re.findall(
        rf"```python\n# {name}.py\n(.*?)```", HOW_TO.read_text("utf-8"), re.DOTALL
    )
    for name in ("settings", "urls")
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build it from a copy: setuptools leaves files where it builds."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    for app in APPS:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / app, source / app, ignore=ignored)
    pip(source, "wheel", ".", "--no-deps", "--no-build-isolation", "-w", target)
    return next(target.glob("*.whl"))


@pytest.fixture(scope="module")
def project(wheel, tmp_path_factory):
    """A new project with the wheel and the settings of the page."""
    folder = tmp_path_factory.mktemp("project")
    pip(folder, "install", wheel, "--no-deps", "--target", folder / "installed")
    project = Project(folder / "mysite", folder / "installed")
    project.create()
    return project


def pip(folder, *arguments):
    command = [sys.executable, "-W", "ignore", "-m", "pip", "--no-cache-dir"]
    quiet = ["--quiet", "--disable-pip-version-check", "--no-index"]
    subprocess.run([*command, *map(str, arguments), *quiet], cwd=folder, check=True)


class Project:
    def __init__(self, folder, installed):
        self.folder = folder
        self.environment = {"PYTHONPATH": str(installed), "PATH": "", "LANG": "C.UTF-8"}

    def create(self):
        self.folder.mkdir()
        self.run("-m", "django", "startproject", "mysite", ".")
        for name, blocks in (("settings", SETTINGS), ("urls", URLS)):
            path = self.folder / "mysite" / f"{name}.py"
            path.write_text("\n".join([path.read_text("utf-8"), *blocks]))
        self.run("manage.py", "migrate", "--verbosity", "0")

    def run(self, *arguments):
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        ).stdout


def test_distribution_has_every_file_of_the_apps(wheel):
    packed = {
        name for name in zipfile.ZipFile(wheel).namelist() if "-info/" not in name
    }

    files = {p for app in APPS for p in (ROOT / app).rglob("*") if p.is_file()}
    sources = {
        path.relative_to(ROOT).as_posix()
        for path in files
        if path.suffix != ".po" and "__pycache__" not in path.parts
    }
    assert packed == sources


def test_project_of_the_page_shows_the_admin(project):
    shown = project.run("manage.py", "shell", "-v0", "-c", LOOK)

    assert shown.split() == ["200", "200", "200"]
    assert "admin.css" in project.run("manage.py", "findstatic", "workflows/admin.css")


LOOK = """
from django.conf import settings
settings.ALLOWED_HOSTS = ["testserver"]
from django.contrib.auth.models import User
from django.test import Client
client = Client()
client.force_login(User.objects.create_superuser("admin"))
for address in ("admin/workflows/workflow/", "admin/workflows/execution/", "healthz"):
    print(client.get(f"/{address}").status_code)
"""


def test_project_of_the_page_runs_a_cluster(project):
    command = [sys.executable, "-u", "manage.py", "runcluster"]
    with subprocess.Popen(
        command,
        cwd=project.folder,
        env=project.environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as cluster:
        said = cluster.stdout.readline()
        cluster.terminate()

    assert said == "The cluster is running.\n"
    assert cluster.returncode == 0


def test_project_of_the_page_uses_the_distribution(project):
    where = project.run("-c", "import workflows; print(workflows.__file__)")

    assert Path(where).is_relative_to(project.environment["PYTHONPATH"])


def test_brokers_of_the_page_exist():
    text = HOW_TO.read_text(encoding="utf-8")

    for module, name in re.findall(r"`?workflows\.cluster\.(\w+)\.(\w+)", text):
        assert hasattr({"broker": broker, "redis_broker": redis_broker}[module], name)
