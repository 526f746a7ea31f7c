"""Aliases and databases: edited and tested here, their secrets only written."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _

from handlers.actions.models import Document, SqlDatabase
from handlers.admin.alias_forms import AliasForm
from handlers.admin.connection_effects import TEST_ALIAS, TEST_DATABASE
from handlers.admin.pages import HandlersAdmin
from handlers.conf import settings
from handlers.files import check_name
from workflows.admin.effects import bulk_action
from workflows.exceptions import WorkflowError


class ConnectionAdmin(HandlersAdmin):
    """A connection; whoever may test it sees a button for that."""

    change_form_template = "admin/handlers/connection.html"

    def get_urls(self) -> list[URLPattern]:
        return [*self.effect_urls(), *super().get_urls()]

    def has_test_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.granted(request, f"test_{self.opts.model_name}")

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **options: Any
    ) -> Any:
        context["may_test"] = self.may(request, "test", context.get("original"))
        return super().render_change_form(request, context, *args, **options)


class AliasAdmin(ConnectionAdmin):
    """Addresses that workflows and works call by name."""

    form = AliasForm
    effects = (TEST_ALIAS,)
    actions = [bulk_action(TEST_ALIAS)]
    list_display = ["name", "url", "strict", "changed_at"]
    search_fields = ["name", "url"]
    fieldsets = [
        (None, {"fields": ["name", "url", "strict"]}),
        (_("Login by name"), {"fields": ["user", "password"]}),
        (_("Login by token"), {"fields": ["token", "token_place", "token_name"]}),
        (_("What else is sent"), {"fields": ["headers"]}),
        (None, {"fields": ["forget"]}),
    ]


class DatabaseForm(forms.ModelForm):
    """Offers only the Django databases that the settings allow."""

    class Meta:
        model = SqlDatabase
        fields = ["name", "django_alias"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        listed = [(alias, alias) for alias in settings().database_aliases]
        self.fields["django_alias"] = forms.ChoiceField(
            label=_("Django database"),
            required=False,
            choices=[("", _("an SQLite file in the folder of works")), *listed],
        )

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        try:
            check_name(name)
        except WorkflowError as error:
            raise ValidationError(str(error)) from error
        return name


class DatabaseAdmin(ConnectionAdmin):
    """Databases that works call by name."""

    form = DatabaseForm
    effects = (TEST_DATABASE,)
    actions = [bulk_action(TEST_DATABASE)]
    list_display = ["__str__", "django_alias"]
    search_fields = ["name"]


class DocumentAdmin(HandlersAdmin):
    """What handlers of the type nosql have stored; to be seen and deleted."""

    list_display = ["key", "database", "collection", "changed_at"]
    list_filter = ["database", "collection"]
    search_fields = ["key"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: Document | None = None
    ) -> bool:
        return False
