"""An HTTP request to the world outside."""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext, gettext_lazy as _

from handlers.addresses import UrlNotAllowed, check_url
from handlers.fetching import Answer, Call, fetch
from workflows.contracts import (
    Effect,
    Failed,
    Field,
    Kind,
    NodeHandler,
    NodeResult,
    NodeRun,
    Shape,
    Succeeded,
    shape_of_fields,
)
from workflows.exceptions import WorkflowError
from workflows.forms import MappingField, NodeForm, TextExpression, ValueField

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]
NONE, JSON, FORM, TEXT = "none", "json", "form", "text"
CONTENT_TYPES = {
    JSON: "application/json",
    FORM: "application/x-www-form-urlencoded",
    TEXT: "text/plain; charset=utf-8",
}
#: Seconds that a request may take, and redirects that it may follow.
LONGEST, MOST_REDIRECTS = 120, 10


class BodyRefused(WorkflowError):
    """A body that its kind cannot express."""

    def __init__(self, kind: str, body: object) -> None:
        super().__init__(
            f"A body of the kind '{kind}' cannot be made of {str(body)[:50]!r} "
            f"({type(body).__name__})."
        )


class UrlField(TextExpression):
    """An http or https address; what is behind it is checked when it is called."""

    def validate(self, value: str) -> None:
        super().validate(value)
        try:
            check_url(value)
        except UrlNotAllowed as error:
            raise ValidationError(str(error)) from error


class StatusesField(forms.CharField):
    """Statuses separated by commas: `2xx, 404`."""

    def validate(self, value: str) -> None:
        super().validate(value)
        for part in statuses(value):
            if not re.fullmatch(r"[1-5](\d\d|xx)", part):
                message = gettext("'%s' is no status. Give some such as 2xx, 404.")
                raise ValidationError(message % part)


def statuses(text: str) -> list[str]:
    return [part.strip().lower() for part in text.split(",") if part.strip()]


class HttpForm(NodeForm):
    """Describes the request, and which answers are a success."""

    method = forms.ChoiceField(
        label=_("Method"), choices=[(name, name) for name in METHODS], initial="GET"
    )
    url = UrlField(label=_("URL"), max_length=2_000)
    query = MappingField(
        label=_("Query parameters"), required=False, help_text=_('{"page": 1}')
    )
    headers = MappingField(
        label=_("Headers"), required=False, help_text=_('{"Accept": "text/csv"}')
    )
    body_kind = forms.ChoiceField(
        label=_("Body"),
        initial=NONE,
        choices=[
            (NONE, _("none")),
            (JSON, "JSON"),
            (FORM, _("form")),
            (TEXT, _("text")),
        ],
    )
    body = ValueField(label=_("Body content"), required=False)
    timeout = forms.IntegerField(
        label=_("Seconds at most"), initial=10, min_value=1, max_value=LONGEST
    )
    success = StatusesField(
        label=_("Statuses of success"), initial="2xx", max_length=200
    )
    redirects = forms.IntegerField(
        label=_("Redirects at most"), initial=5, min_value=0, max_value=MOST_REDIRECTS
    )


class Http(NodeHandler):
    """Gives `{"status", "headers", "data"}`; other statuses fail with that as result.

    The header `Idempotency-Key` is equal for every repeat of the same run of the node,
    so that the other side can tell a repeat from a new request.
    """

    type = "http"
    title = _("HTTP request")
    group = "outside"
    description = _("Calls a web address and gives its answer.")
    effect = Effect.OUTSIDE
    form_class = HttpForm

    def run(self, run: NodeRun) -> NodeResult:
        try:
            answer = fetch(_call(run))
        except WorkflowError as error:
            return Failed(str(error))
        result = {
            "status": answer.status,
            "headers": dict(answer.headers),
            "data": answer.data,
        }
        if _succeeded(answer, run.config["success"]):
            return Succeeded(result, log=answer.note)
        message = gettext("%(method)s %(host)s answered with status %(status)s.")
        host = check_url(run.config["url"]).hostname
        words = {"method": run.config["method"], "host": host, "status": answer.status}
        return Failed(message % words, result)

    def result_shape(self, config: Mapping[str, Any]) -> Shape:
        return shape_of_fields(
            Field("status", _("Status"), Kind.NUMBER),
            Field("headers", _("Headers"), Kind.OBJECT),
            Field("data", _("Content")),
        )


def _succeeded(answer: Answer, wanted: str) -> bool:
    return bool({str(answer.status), f"{answer.status // 100}xx"} & {*statuses(wanted)})


def _call(run: NodeRun) -> Call:
    config, kind = run.config, run.config["body_kind"]
    given = {
        str(name): str(value)
        for name, value in (config["headers"] or {}).items()
        if value is not None
    }
    headers = {"Idempotency-Key": run.idempotency_key}
    if kind != NONE:
        headers["Content-Type"] = CONTENT_TYPES[kind]
    for name in [
        name for name in headers if name.lower() in {n.lower() for n in given}
    ]:
        del headers[name]
    return Call(
        method=config["method"],
        url=config["url"],
        query=config["query"] or {},
        headers={**headers, **given},
        body=_body(kind, config["body"]),
        timeout=config["timeout"],
        redirects=config["redirects"],
    )


def _body(kind: str, body: Any) -> bytes | None:
    if kind == NONE:
        return None
    if kind == JSON:
        try:
            return json.dumps(body, cls=DjangoJSONEncoder, allow_nan=False).encode()
        except (TypeError, ValueError) as error:
            raise BodyRefused(kind, body) from error
    if kind == FORM:
        if not isinstance(body, Mapping):
            raise BodyRefused(kind, body)
        return urlencode(body, doseq=True).encode()
    if isinstance(body, Mapping | list):
        raise BodyRefused(kind, body)
    return ("" if body is None else str(body)).encode()
