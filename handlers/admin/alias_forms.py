"""The form of an HTTP alias: what is secret is only written."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy as _

from handlers.actions.aliases import check_address
from handlers.actions.logins import TOKEN, TokenPlace
from handlers.actions.models import HttpAlias
from handlers.addresses import origin
from workflows.exceptions import WorkflowError
from workflows.forms import MappingField
from workflows.secrets import SecretUnreadable


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
    token = forms.CharField(
        label=_("Token"),
        required=False,
        max_length=4_000,
        strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Leave it empty to keep the one that is stored."),
    )
    token_place = forms.ChoiceField(
        label=_("The token goes into"), required=False, choices=TokenPlace.choices
    )
    token_name = forms.RegexField(
        r"^[A-Za-z0-9_.-]+$",
        label=_("Name of the header or parameter"),
        required=False,
        max_length=100,
        help_text=_("Empty: X-Api-Key, or token in a query."),
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
        for name in ("password", "token"):
            if stored.get(name):
                self.fields[name].widget.attrs["placeholder"] = "••••••••"
        for name in ("user", "token_place", "token_name"):
            self.fields[name].initial = stored.get(name, "")

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if "/" in name or "#" in name:
            raise ValidationError(gettext("A name has no '/' and no '#'."))
        return name

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        try:
            check_address(url)
        except WorkflowError as error:
            raise ValidationError(str(error)) from error
        return url

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "url" in cleaned and not cleaned["forget"]:
            wanted = cleaned["token_place"] == TokenPlace.URL
            if wanted and TOKEN not in cleaned["url"]:
                message = gettext("Write %(mark)s into the address, where it goes.")
                self.add_error("url", message % {"mark": TOKEN})
            elif TOKEN in cleaned["url"] and not wanted:
                message = gettext("The address has a place for it: choose that.")
                self.add_error("token_place", message)
        return cleaned

    def save(self, commit: bool = True) -> Any:  # noqa: FBT001, FBT002 - as Django has it
        given = self.cleaned_data
        stored = {} if given["forget"] or self._moves() else self._stored()
        open_ones = ("user", "token_place", "token_name")
        secret = {**stored, **{name: given[name] for name in open_ones}}
        for name in ("password", "token"):
            if given[name]:
                secret[name] = given[name]
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
