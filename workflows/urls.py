"""Health checks: `path("", include("workflows.urls"))`."""

from django.urls import path

from workflows.views import healthz, readyz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
]
