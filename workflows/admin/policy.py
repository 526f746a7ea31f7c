"""The Content-Security-Policy that all pages of an admin of Punctual are sent with."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings as django_settings
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern

from workflows.conf import settings

HEADER = "Content-Security-Policy"
#: Middlewares that send the policy of the project where a page has none yet: those of
#: django-csp and of Django 6, and what is named like them.
SENDER = re.compile(r"\bcsp\b|CSP|ContentSecurityPolicy")


def guarded(pattern: Any) -> Any:
    """Send the policy with whatever answers at an address."""
    if not isinstance(pattern, URLPattern):
        return pattern
    view = _guarded(pattern.callback)
    return URLPattern(pattern.pattern, view, pattern.default_args, pattern.name)


def _guarded(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        policy = settings().content_security_policy
        # What the project says holds: it may be stricter than we know.
        if policy and not _is_sent_by_the_project():
            response.headers.setdefault(HEADER, policy)
        return response

    return answer


def _is_sent_by_the_project() -> bool:
    return any(SENDER.search(path) for path in django_settings.MIDDLEWARE)
