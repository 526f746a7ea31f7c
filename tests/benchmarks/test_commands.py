"""Benchmarks start, and say what they take; how fast anything is, no test asks."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAMS = [
    "engine",
    "peers",
    "lateness",
    "idle",
    "planning",
    "works",
    "editing",
    "lists",
]
SCRIPTS = sorted((ROOT / "benchmarks" / "peers").glob("run_*.py"))


def benchmark(*arguments):
    kept = {"PATH", "HOME", "LANG"}
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name in kept},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.parametrize("program", PROGRAMS)
def test_its_help_says_how_to_run_it(program):
    ended = benchmark(f"benchmarks.{program}", "--help")

    assert ended.returncode == 0, ended.stderr
    assert "usage:" in ended.stdout


def test_an_unknown_workload_is_named():
    ended = benchmark("benchmarks.engine", "W99")

    assert ended.returncode == 2
    assert "There is no workload W99." in ended.stderr


def test_a_database_that_cannot_be_made_anew_is_refused():
    url = "mysql://root@127.0.0.1/nothing"

    ended = benchmark("benchmarks.engine", "W1", "--database", url)

    assert ended.returncode == 1
    assert "Benchmarks make databases of their own on PostgreSQL" in ended.stderr


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_the_script_of_a_peer_can_be_read(script):
    compile(script.read_text(encoding="utf-8"), script, "exec")


@pytest.mark.processes
def test_a_workload_runs_on_a_cluster_and_leaves_a_table():
    ended = benchmark(
        "benchmarks.engine", "W5", "--database", "sqlite:///x", "--count", "1",
        "--rounds", "1",
    )  # fmt: skip

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "| W5 | forty nodes in a row" in ended.stdout
