"""Aliases and databases: edited here, their secrets only written."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext, gettext_lazy as _

from handlers.actions.models import Document, HttpAlias, SqlDatabase
from handlers.addresses import UrlNotAllowed, check_url, origin
from handlers.admin.pages import HandlersAdmin
from handlers.conf import settings
from handlers.files import check_name
from handlers.secrets import SecretUnreadable
from workflows.exceptions import WorkflowError
from workflows.forms import MappingField


class AliasForm(forms.ModelForm):
    """What is entered as a secret replaces the old one; the old one is never shown."""

    user = forms.CharField(label=_("User"), required=False, max_length=200)
    password = forms.CharField(
        label=_("Password"),
        required=False,
        max_length=500,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_(
            "Leave it empty to keep the one that is stored. If the address leads to "
            "another host, what is stored is forgotten."
        ),
    )
    headers = MappingField(
        label=_("Headers"),
        required=False,
        help_text=_("A JSON object. Leave it empty to keep what is stored: {} clears."),
    )
    forget = forms.BooleanField(
        label=_("Forget the login and the headers"), required=False
    )

    class Meta:
        model = HttpAlias
        fields = ["name", "url", "strict"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        stored = self._stored()
        names = ", ".join(stored.get("headers") or {})
        if names:
            text = gettext("Stored: %(names)s.") % {"names": names}
            self.fields[
                "headers"
            ].help_text = f"{text} {self.fields['headers'].help_text}"
        if stored.get("password"):
            self.fields["password"].widget.attrs["placeholder"] = "••••••••"
        self.fields["user"].initial = stored.get("user", "")

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if "/" in name or "#" in name:
            raise ValidationError(gettext("A name has no '/' and no '#'."))
        return name

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        try:
            check_url(url)
        except UrlNotAllowed as error:
            raise ValidationError(str(error)) from error
        return url

    def save(self, commit: bool = True) -> Any:  # noqa: FBT001, FBT002 - as Django has it
        given = self.cleaned_data
        stored = {} if given["forget"] or self._moves() else self._stored()
        secret = {**stored, "user": given["user"]}
        if given["password"]:
            secret["password"] = given["password"]
        if given["headers"] is not None:
            secret["headers"] = given["headers"]
        self.instance.secret = {} if given["forget"] else secret
        return super().save(commit=commit)

    def _moves(self) -> bool:
        """Tell whether it leads elsewhere now: secrets stay with their host.

        Otherwise whoever may change an alias could have its password sent to them.
        """
        before = self.initial.get("url", "")
        return bool(before) and origin(before) != origin(self.cleaned_data["url"])

    def _stored(self) -> dict[str, Any]:
        alias: HttpAlias = self.instance
        try:
            return alias.secret
        except SecretUnreadable:
            return {}


class AliasAdmin(HandlersAdmin):
    """Addresses that works call by name."""

    form = AliasForm
    list_display = ["name", "url", "strict", "changed_at"]
    search_fields = ["name", "url"]
    fields = ["name", "url", "strict", "user", "password", "headers", "forget"]


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


class DatabaseAdmin(HandlersAdmin):
    """Databases that works call by name."""

    form = DatabaseForm
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
