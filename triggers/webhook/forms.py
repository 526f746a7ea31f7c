"""The form of the trigger: what a request must bring, and what is kept of it."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy as _, pgettext_lazy

from workflows.forms import ConfigForm, PathsField, ValueField

NONE, BASIC, BEARER = "none", "basic", "bearer"
BODY, TIMESTAMP = "body", "timestamp"
LOGINS = [
    (NONE, _("the address is enough")),
    (BASIC, _("user and password")),
    (BEARER, _("bearer token")),
]
SIGNATURES = [
    (NONE, pgettext_lazy("signature", "none")),
    (BODY, _("of the body")),
    (TIMESTAMP, _("of time, a dot and the body")),
]
#: Headers that hold secrets, and are never kept.
SECRET_HEADERS = frozenset(
    {"authorization", "cookie", "proxy-authorization", "x-csrftoken"}
)
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")


class HeaderField(forms.CharField):
    """The name of a header."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=100, **options)

    def clean(self, value: Any) -> str:
        name: str = super().clean(value)
        if name and not _HEADER.fullmatch(name):
            raise ValidationError(gettext("'%s' is no name of a header.") % name)
        return name


class HeadersField(PathsField):
    """Names of headers, separated by commas."""

    def validate(self, value: list[str]) -> None:
        super().validate(value)
        for name in value:
            if not _HEADER.fullmatch(name):
                raise ValidationError(gettext("'%s' is no name of a header.") % name)
            if name.lower() in SECRET_HEADERS:
                message = gettext("'%s' holds a secret, and is never kept.")
                raise ValidationError(message % name)


class WebhookForm(ConfigForm):
    """Says how the address may be called; its secrets are entered on its own page."""

    methods = forms.MultipleChoiceField(
        label=_("Methods"),
        choices=[("POST", "POST"), ("GET", "GET")],
        initial=["POST"],
        widget=forms.CheckboxSelectMultiple,
    )
    login = forms.ChoiceField(
        label=_("Login"),
        choices=LOGINS,
        initial=NONE,
        help_text=_("Asked for besides the token in the address."),
    )
    signature = forms.ChoiceField(
        label=_("Signature"),
        choices=SIGNATURES,
        initial=NONE,
        help_text=_(
            "HMAC-SHA256 in hex, with the secret of the address. With the time, a "
            "request that was overheard cannot be sent again later."
        ),
    )
    signature_header = HeaderField(
        label=_("Header of the signature"), initial="X-Signature"
    )
    time_header = HeaderField(
        label=_("Header of the time"),
        initial="X-Timestamp",
        help_text=_("Seconds since 1970, as they were signed."),
    )
    tolerance = forms.IntegerField(
        label=_("Time off by at most (seconds)"),
        initial=300,
        min_value=1,
        max_value=86_400,
    )
    id_header = HeaderField(
        label=_("Header of the delivery"),
        initial="Idempotency-Key",
        required=False,
        help_text=_("Requests with the same value start one execution."),
    )
    headers = HeadersField(
        label=_("Headers to keep"),
        required=False,
        help_text=_(
            "Names separated by commas; nodes see them in {{ trigger.request }}."
        ),
    )
    rate = forms.IntegerField(
        label=_("Executions a minute at most"),
        initial=600,
        min_value=1,
        max_value=100_000,
    )


class ManualWebhookForm(ConfigForm):
    """The body of a request, as if it had come."""

    body = ValueField(
        label=_("Body"), required=False, help_text=_('JSON, such as {"order": 7}.')
    )
