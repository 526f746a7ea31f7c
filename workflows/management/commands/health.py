"""`manage.py health`: whether work is being done, for people and for programs."""

import json
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from workflows.models import Incident
from workflows.watchdog import (
    Finding,
    Process,
    Vitals,
    examine,
    judge,
    lateness,
    processes,
    sentence,
)


class Command(BaseCommand):
    help = "Say whether work is being done; the exit code is 1 if something is wrong."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print it as JSON.")

    def handle(self, *, json: bool, **options: Any) -> None:
        now = timezone.now()
        vitals, rows = examine(now), processes(now)
        findings = judge(vitals)
        lines = _as_json(vitals, findings, rows) if json else _table(vitals, rows)
        self.stdout.write("\n".join(lines))
        if findings and not json:
            for finding in findings:
                self.stdout.write(f"! {sentence(finding.kind, finding.facts)}")
        if findings:
            sys.exit(1)


def _figures(vitals: Vitals) -> dict[str, Any]:
    late = lateness(vitals.now)
    return {
        "workers": vitals.workers,
        "schedulers": vitals.schedulers,
        "runnable": vitals.runnable,
        "oldest_seconds": _seconds(vitals.oldest),
        "overdue_seconds": _seconds(vitals.overdue),
        "wake_ups": vitals.messages,
        "started_last_hour": late.count if late else 0,
        "lateness_p50_seconds": _seconds(late.p50 if late else None),
        "lateness_p99_seconds": _seconds(late.p99 if late else None),
        "incidents": Incident.objects.lasting().confirmed().count(),
    }


def _seconds(value: Any) -> float | None:
    return None if value is None else round(value.total_seconds(), 3)


def _as_json(
    vitals: Vitals, findings: Sequence[Finding], rows: Sequence[Process]
) -> Iterator[str]:
    told = {
        "healthy": not findings,
        "findings": [
            {"kind": str(each.kind), "text": sentence(each.kind, each.facts)}
            for each in findings
        ],
        **_figures(vitals),
        "processes": [_process(row) for row in rows],
    }
    yield json.dumps(told, indent=2, ensure_ascii=False)


def _process(row: Process) -> dict[str, Any]:
    return {
        "kind": row.worker.kind,
        "host": row.worker.host,
        "pid": row.worker.pid,
        "since": row.worker.started_at.isoformat(),
        "last_beat": row.last_beat.isoformat(),
        "alive": row.alive,
        "running": [execution.pk for execution in row.runs],
    }


def _table(vitals: Vitals, rows: Sequence[Process]) -> Iterator[str]:
    for name, value in _figures(vitals).items():
        yield f"{name.replace('_', ' '):<22} {'-' if value is None else value}"
    yield ""
    for row in rows:
        silent = (vitals.now - row.last_beat).total_seconds()
        state = "alive " if row.alive else "silent"
        place = f"{row.worker.host}:{row.worker.pid}"
        beat = f"beat {silent:.0f} s ago"
        yield f"{state} {row.worker.kind:<9} {place:<30} {beat}, runs {len(row.runs)}"
