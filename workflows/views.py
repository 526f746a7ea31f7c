"""Two addresses for load balancers and monitoring, without login or secrets."""

from collections.abc import Iterator
from functools import cache

from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from workflows.models import Worker
from workflows.watchdog.vitals import living


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 - of a view
    """Answer while this process does; the database is not asked."""
    return JsonResponse({"alive": True})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Tell whether the site can work, else 503 with the reasons.

    With `?of=web` workers and schedulers are not asked for: a page can be shown
    without them.
    """
    try:
        reasons = [*_reasons(is_web=request.GET.get("of") == "web")]
    except (DatabaseError, InterfaceError):
        reasons = ["The database does not answer."]
    status = 503 if reasons else 200
    return JsonResponse({"ready": not reasons, "reasons": reasons}, status=status)


def _reasons(*, is_web: bool) -> Iterator[str]:
    if not _is_migrated():
        yield "Migrations are not applied."
        return
    if is_web:
        return
    kinds = set(living(timezone.now()).values_list("kind", flat=True))
    if Worker.Kind.SCHEDULER not in kinds:
        yield "No scheduler is alive."
    if Worker.Kind.WORKER not in kinds:
        yield "No worker is alive."


def _is_migrated() -> bool:
    """Compare the last migration of each app with the table of those applied."""
    return _last_migrations() <= set(MigrationRecorder(connection).applied_migrations())


@cache
def _last_migrations() -> frozenset[tuple[str, str]]:
    """Read the files once: they belong to the code that this process runs."""
    return frozenset(MigrationLoader(None).graph.leaf_nodes())
