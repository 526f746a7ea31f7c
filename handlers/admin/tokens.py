"""API tokens: made here, shown once, deleted when they leak."""

import secrets
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext

from handlers.admin.pages import HandlersAdmin
from handlers.work.models import ApiToken
from handlers.work.tokens import renew


class TokenAdmin(HandlersAdmin):
    """Whoever has a token may do what its user may."""

    list_display = ["name", "user", "prefix", "created_at", "used_at"]
    fields = ["name", "user"]
    autocomplete_fields = ["user"]
    search_fields = ["name"]

    def save_model(
        self, request: HttpRequest, obj: ApiToken, form: Any, change: Any
    ) -> None:
        text = secrets.token_urlsafe(32)
        renew(obj, text)
        shown = gettext("The token, shown this once: %(token)s") % {"token": text}
        self.message_user(request, shown, messages.WARNING)

    def has_add_permission(self, request: HttpRequest) -> bool:
        # A token acts as its user, so that making one is giving away all rights.
        return bool(request.user.is_superuser)

    def has_change_permission(
        self, request: HttpRequest, obj: ApiToken | None = None
    ) -> bool:
        return False
