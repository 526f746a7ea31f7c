"""What the admin pages of this app share."""

from typing import Any

from django.http import HttpRequest

from workflows.admin.effects import EffectAdmin


class HandlersAdmin(EffectAdmin):
    """An admin of Punctual with the style sheet of this app."""

    class Media:
        css = {"all": ["handlers/works.css"]}


class PersonalAdmin(HandlersAdmin):
    """What each member of the staff has for themselves, to see and not to edit.

    Whose rows they are is for the queryset to say.
    """

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_staff)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)
