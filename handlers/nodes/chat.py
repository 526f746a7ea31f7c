"""A message to a chat, by its webhook."""

import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, gettext_lazy as _

from handlers.actions.aliases import alias_in, find, locate
from handlers.fetching import Answer, Call, fetch
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
from workflows.forms import MappingField, NodeForm, TemplateField, TextExpression

#: Seconds that a chat may take.
PATIENCE = 20


class ConnectionNeeded(WorkflowError):
    """A webhook that is written out: its address is the key to the chat."""

    def __init__(self) -> None:
        super().__init__(
            gettext("Make an HTTP alias of the webhook, and write #alias/path.")
        )


class ChatForm(NodeForm):
    """Says which chat is told what."""

    chat = TextExpression(
        label=_("Chat"),
        max_length=200,
        help_text=_("#alias or #alias/path of an HTTP alias with the webhook."),
    )
    text = TemplateField(label=_("Text"))
    more = MappingField(
        label=_("More keys"),
        required=False,
        help_text=_('What the chat wants besides the text: {"chat_id": "-100"}.'),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        chat = str(cleaned.get("chat") or "")
        if not chat or is_expression(chat):
            return cleaned
        try:
            if not alias_in(chat):
                raise ConnectionNeeded
            # Only while it is edited: what runs finds out when it calls.
            if self.scope is not None:
                find(alias_in(chat))
        except WorkflowError as error:
            self.add_error("chat", str(error))
        return cleaned


class Chat(NodeHandler):
    """Posts `{"text": …}`, as Slack, Mattermost, Teams and Telegram take it.

    Gives `{"status", "data"}` of the answer. An answer `{"ok": false}` is a failure.
    The header `Idempotency-Key` is equal for every repeat; most chats do not look at
    it, so that after a crash the message may stand there twice.
    """

    type = "chat"
    faults = (
        (
            "The address is not allowed, or nobody answers in time",
            "failed",
        ),
        (
            "The answer is no success",
            "failed",
        ),
    )
    title = _("Message to a chat")
    group = "outside"
    description = _("Posts a text to the webhook of a chat.")
    effect = Effect.OUTSIDE
    form_class = ChatForm

    def run(self, run: NodeRun) -> NodeResult:
        try:
            answer = fetch(_call(run))
        except WorkflowError as error:
            return Failed(str(error), permanent=error.permanent)
        result = {"status": answer.status, "data": answer.data}
        if problem := _problem(answer):
            wish = retry_after(answer.headers.get("retry-after", ""), run.now)
            return Failed(problem, result, wish, permanent=is_lasting(answer.status))
        return Succeeded(result)

    def result_shape(self, config: Mapping[str, Any]) -> Shape:
        return shape_of_fields(
            Field("status", _("Status"), Kind.NUMBER), Field("data", _("Content"))
        )


def _call(run: NodeRun) -> Call:
    config = run.config
    if not alias_in(config["chat"]):
        raise ConnectionNeeded
    where = locate(config["chat"])
    body = {"text": config["text"][0](run.scope), **(config["more"] or {})}
    headers = {
        "Idempotency-Key": run.idempotency_key,
        "Content-Type": "application/json",
    }
    limit = run.timeout.total_seconds() if run.timeout else PATIENCE
    return Call(
        "POST",
        where.url,
        headers={**headers, **where.headers},
        body=json.dumps(body, ensure_ascii=False, default=str).encode(),
        timeout=min(limit, PATIENCE),
        redirects=0,
        secrets=where.secrets,
    )


def _problem(answer: Answer) -> str:
    """Say why the chat has not taken it; empty if it has."""
    told = answer.data if isinstance(answer.data, Mapping) else {}
    if answer.status // 100 == 2 and told.get("ok") is not False:  # noqa: PLR2004 - 2xx
        return ""
    reason = told.get("description") or told.get("error") or answer.text
    message = gettext("The chat answered with status %(status)s: %(reason)s")
    words = {"status": answer.status, "reason": " ".join(str(reason).split())[:200]}
    return message % words
