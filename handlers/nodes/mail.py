"""An e-mail."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy as _, pgettext_lazy

from handlers.attachments import FilesField, read_files
from handlers.mail import Mail, read_addresses, send
from workflows.conf import settings
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
from workflows.forms import (
    NodeForm,
    TemplateField,
    TextExpression,
    ValueField,
    holds_expression,
)


class TooManyRecipients(WorkflowError):
    """A message that would go to more people than the setting allows."""

    def __init__(self, count: int, limit: int) -> None:
        message = gettext(
            "The message has %(count)s recipients, more than %(limit)s. The setting "
            'WORKFLOWS["MAIL_RECIPIENTS"] is the limit.'
        )
        super().__init__(message % {"count": count, "limit": limit})


class NobodyToSendTo(WorkflowError):
    """A message without a recipient."""

    def __init__(self) -> None:
        super().__init__(gettext("The message has no recipient."))


class AddressesField(ValueField):
    """Addresses: `ann@example.org, Bob <bob@example.org>`, or a list of them."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.widget.attrs["rows"] = 1

    def accepts_text(self, value: str) -> bool:
        return not value.lstrip().startswith("[")

    def clean_result(self, value: Any) -> Any:
        """Take what an expression gave, also nothing: that is for the node to judge."""
        return self.clean(value) if value not in self.empty_values else []

    def validate(self, value: Any) -> None:
        super().validate(value)
        if not holds_expression(value):
            try:
                read_addresses(value)
            except WorkflowError as error:
                raise ValidationError(str(error)) from error


class LineField(TextExpression):
    """Text of one line, with expressions inside."""

    def validate(self, value: str) -> None:
        super().validate(value)
        if not value.isprintable():
            message = gettext("Enter one line, without line breaks and the like.")
            raise ValidationError(message)


class MailForm(NodeForm):
    """Addresses the message, and has what it says."""

    to = AddressesField(
        label=pgettext_lazy("e-mail", "To"),
        help_text=_("{{ trigger.data.customer.email }}"),
    )
    subject = LineField(label=_("Subject"), max_length=250)
    text = TemplateField(
        label=_("Text"),
        required=False,
        help_text=_("Without it, it is made of the HTML."),
    )
    html = TemplateField(
        label=_("HTML"),
        required=False,
        help_text=_("What expressions give is escaped, unless {{ …|safe }} says not."),
    )
    attachments = FilesField(
        label=_("Attachments"),
        required=False,
        help_text=_('[{"name": "orders.csv", "content": "{{ nodes.orders }}"}]'),
    )
    cc = AddressesField(label=_("Copy to"), required=False)
    bcc = AddressesField(label=_("Blind copy to"), required=False)
    reply_to = AddressesField(label=_("Reply to"), required=False)
    sender = AddressesField(
        label=pgettext_lazy("e-mail", "From"),
        required=False,
        help_text=_("Empty: DEFAULT_FROM_EMAIL."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not (cleaned.get("text") or cleaned.get("html")) and not self.errors:
            self.add_error("text", gettext("Enter a text or HTML."))
        return cleaned


class EMail(NodeHandler):
    """Gives `{"message_id", "recipients"}`, the latter as a number.

    `Message-ID` and the header `Idempotency-Key` are equal for every repeat of the same
    run of the node, so that a message that comes twice can be told.

    Attachments are files: `{"name", "content", "type", "base64"}`. `content` is a text,
    Base64 if `base64` is true, or a list, which becomes CSV.

    A server that refuses an address for good is not asked again; if it takes the
    message for others, the node fails nevertheless, and says who has not got it.
    """

    type = "mail"
    faults = (
        (
            "There are no or too many recipients, or the server refuses it",
            "failed",
        ),
    )
    title = _("E-mail")
    group = "outside"
    description = _("Sends an e-mail through the mail server of the project.")
    effect = Effect.OUTSIDE
    form_class = MailForm

    def run(self, run: NodeRun) -> NodeResult:
        try:
            mail = _mail(run)
            patience = run.timeout.total_seconds() if run.timeout else None
            message_id = send(mail, run.idempotency_key, patience)
        except WorkflowError as error:
            return Failed(str(error), permanent=error.permanent)
        return Succeeded({"message_id": message_id, "recipients": mail.recipients})

    def result_shape(self, config: Mapping[str, Any]) -> Shape:
        return shape_of_fields(
            Field("message_id", "Message-ID", Kind.TEXT),
            Field("recipients", _("Recipients"), Kind.NUMBER),
        )


def _mail(run: NodeRun) -> Mail:
    """Make the message; raise a `WorkflowError` that says what is wrong with it."""
    config = run.config
    lists = {name: read_addresses(config[name]) for name in ("to", "cc", "bcc")}
    count, limit = sum(map(len, lists.values())), settings().mail_recipients
    if not count:
        raise NobodyToSendTo
    if count > limit:
        raise TooManyRecipients(count, limit)
    text, html = config["text"], config["html"]
    return Mail(
        subject=config["subject"],
        text=text[0](run.scope) if text else "",
        html=html[1](run.scope) if html else "",
        reply_to=read_addresses(config["reply_to"]),
        sender=", ".join(read_addresses(config["sender"])[:1]),
        files=read_files(config["attachments"]),
        **lists,
    )
