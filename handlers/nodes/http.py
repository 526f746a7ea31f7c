"""An HTTP request to the world outside."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy as _

from handlers.actions.aliases import Place, alias_in, find, locate
from handlers.addresses import UrlNotAllowed, check_url
from handlers.bodies import BodyKind, encoded
from handlers.fetching import Call, fetch
from handlers.retrying import is_lasting, retry_after
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
from workflows.expressions import is_expression
from workflows.forms import (
    ConditionField,
    MappingField,
    NodeForm,
    TextExpression,
    ValueField,
    holds_expression,
)

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]
#: Seconds that a request may take, and redirects that it may follow.
LONGEST, MOST_REDIRECTS = 120, 10
#: Headers that are logins: as constants they would stand in the workflow.
LOGINS = {"authorization", "proxy-authorization", "cookie", "x-api-key"}


class UrlField(TextExpression):
    """An http or https address, or `#alias/path`; checked again when it is called."""

    def validate(self, value: str) -> None:
        super().validate(value)
        if alias_in(value):
            return
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


class AnswerField(ConditionField):
    """An expression about the answer: it knows `answer`."""

    root = "answer"
    parts = ("status", "headers", "data")


def statuses(text: str) -> list[str]:
    return [part.strip().lower() for part in text.split(",") if part.strip()]


class HttpForm(NodeForm):
    """Describes the request, and which answers are a success."""

    method = forms.ChoiceField(
        label=_("Method"), choices=[(name, name) for name in METHODS], initial="GET"
    )
    url = UrlField(
        label=_("URL"),
        max_length=2_000,
        help_text=_("https://… or, with the login of an HTTP alias, #alias/path."),
    )
    query = MappingField(
        label=_("Query parameters"), required=False, help_text=_('{"page": 1}')
    )
    headers = MappingField(
        label=_("Headers"), required=False, help_text=_('{"Accept": "text/csv"}')
    )
    body_kind = forms.ChoiceField(
        label=_("Body"), initial=BodyKind.NONE.value, choices=BodyKind.choices
    )
    body = ValueField(
        label=_("Body content"),
        required=False,
        help_text=_('A file is {"name": "a.csv", "content": …}; see the reference.'),
    )
    timeout = forms.IntegerField(
        label=_("Seconds at most"), initial=10, min_value=1, max_value=LONGEST
    )
    success = StatusesField(
        label=_("Statuses of success"), initial="2xx", max_length=200
    )
    expect = AnswerField(
        label=_("What else makes a success"),
        required=False,
        help_text=_('An expression: {{ answer.data.state == "ok" }}.'),
    )
    redirects = forms.IntegerField(
        label=_("Redirects at most"), initial=5, min_value=0, max_value=MOST_REDIRECTS
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        # Only while it is edited: what runs finds out when it calls.
        if self.scope is not None:
            self._check_alias(str(cleaned.get("url") or ""))
            self._check_headers(cleaned.get("headers") or {})
        return cleaned

    def _check_alias(self, url: str) -> None:
        name = alias_in(url)
        if name and not is_expression(name):
            try:
                find(name)
            except WorkflowError as error:
                self.add_error("url", str(error))

    def _check_headers(self, headers: Mapping[str, Any]) -> None:
        for name, value in headers.items():
            if name.lower() in LOGINS and value and not holds_expression(value):
                message = gettext(
                    "The header '%s' would stand in the workflow for all to see. Make "
                    "an HTTP alias with this login, and call #alias/path."
                )
                self.add_error("headers", message % name)


class Http(NodeHandler):
    """Gives `{"status", "headers", "data"}`; other statuses fail with that as result.

    The header `Idempotency-Key` is equal for every repeat of the same run of the node,
    so that the other side can tell a repeat from a new request.

    What a retry cannot mend is not tried again, whatever the options of the node say:
    a refused address, and the statuses 400 to 499 but for 408, 425 and 429. The header
    `Retry-After` of an answer is honoured, in seconds or as a date.

    `data` is JSON as its values, text as text, anything else in Base64. The texts of a
    login are hidden where an answer repeats them.

    A body of the kind `file` is one file, and one of the kind `multipart` may have
    files among its values: `{"name", "content", "type", "base64"}`. `content` is a
    text, Base64 if `base64` is true, or a list, which becomes CSV.
    """

    type = "http"
    faults = (
        (
            "The address is not allowed, or nobody answers in time",
            "failed",
        ),
        (
            "The answer is no success; it is the result all the same",
            "failed",
        ),
        (
            "A setting makes no request, such as a body of the wrong kind",
            "failed",
        ),
    )
    title = _("HTTP request")
    group = "outside"
    description = _("Calls a web address and gives its answer.")
    effect = Effect.OUTSIDE
    form_class = HttpForm

    def run(self, run: NodeRun) -> NodeResult:
        try:
            where = locate(run.config["url"])
            answer = fetch(_call(run, where))
        except WorkflowError as error:
            return Failed(str(error), permanent=error.permanent)
        result = {
            "status": answer.status,
            "headers": dict(answer.headers),
            "data": answer.data,
        }
        if problem := _problem(run, where, result):
            wish = retry_after(answer.headers.get("retry-after", ""), run.now)
            return Failed(problem, result, wish, permanent=is_lasting(answer.status))
        return Succeeded(result, log=answer.note)

    def result_shape(self, config: Mapping[str, Any]) -> Shape:
        return shape_of_fields(
            Field("status", _("Status"), Kind.NUMBER),
            Field("headers", _("Headers"), Kind.OBJECT),
            Field("data", _("Content")),
        )


def _problem(run: NodeRun, where: Place, result: Mapping[str, Any]) -> str:
    """Say why an answer is no success; empty if it is one."""
    status, place = result["status"], run.config["url"]
    words = {
        "method": run.config["method"],
        "host": where.shown if alias_in(place) else check_url(place).hostname,
        "status": status,
    }
    wanted = {*statuses(run.config["success"])}
    if not {str(status), f"{status // 100}xx"} & wanted:
        return gettext("%(method)s %(host)s answered with status %(status)s.") % words
    expect = run.config["expect"]
    if not expect:
        return ""
    try:
        is_met = expect({**run.scope, "answer": result})
    except WorkflowError as error:
        return str(error)
    if is_met is True:
        return ""
    return gettext("%(method)s %(host)s answered, but not as expected.") % words


def _call(run: NodeRun, where: Place) -> Call:
    config = run.config
    body, kind = encoded(config["body_kind"], config["body"])
    given = {
        str(name): str(value)
        for name, value in (config["headers"] or {}).items()
        if value is not None
    }
    own = {"Idempotency-Key": run.idempotency_key}
    if kind:
        own["Content-Type"] = kind
    return Call(
        method=config["method"],
        url=where.url,
        query=config["query"] or {},
        headers=_merged(own, given, where.headers),
        body=body,
        timeout=_patience(run),
        redirects=config["redirects"],
        secrets=where.secrets,
    )


def _patience(run: NodeRun) -> float:
    """Give the seconds that the request may take: less, if the whole try has less."""
    seconds: float = run.config["timeout"]
    return min(seconds, run.timeout.total_seconds()) if run.timeout else seconds


def _merged(*layers: Mapping[str, str]) -> dict[str, str]:
    """Put headers together: later ones win, whatever their capitals."""
    found: dict[str, tuple[str, str]] = {}
    for layer in layers:
        found |= {name.lower(): (name, value) for name, value in layer.items()}
    return dict(found.values())
