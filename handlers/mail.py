"""E-mail: addresses and messages that are sound, and what the server says of them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formataddr, getaddresses
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import Any

from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.core.validators import validate_email
from django.utils.crypto import salted_hmac
from django.utils.html import strip_tags
from django.utils.translation import gettext

from handlers.attachments import File
from workflows.codec import readable
from workflows.exceptions import WorkflowError

#: From here on an answer of the server is for good (RFC 5321).
_PERMANENT = 500
_BLANK_LINES = re.compile(r"\s*\n\s*\n\s*")


class AddressRefused(WorkflowError):
    """A text that is no e-mail address."""

    def __init__(self, text: object) -> None:
        message = gettext("'%(text)s' is no e-mail address.")
        super().__init__(message % {"text": readable(text, 100)})


class MailNotSent(WorkflowError):
    """A message that nobody, or not everybody, has got."""

    def __init__(self, message: str, *, permanent: bool) -> None:
        super().__init__(message)
        self.permanent = permanent


@dataclass(frozen=True, slots=True)
class Mail:
    """A message as it is meant; the addresses are read already."""

    subject: str
    to: Sequence[str]
    text: str = ""
    html: str = ""
    cc: Sequence[str] = ()
    bcc: Sequence[str] = ()
    reply_to: Sequence[str] = ()
    sender: str = ""
    files: Sequence[File] = field(default=())

    @property
    def recipients(self) -> int:
        return len(self.to) + len(self.cc) + len(self.bcc)


def read_addresses(value: Any) -> list[str]:
    """Read a list of addresses, or a text with commas; each address once.

    Raises `AddressRefused` for the first that is none.
    """
    if value in (None, ""):
        return []
    given = value if isinstance(value, list | tuple) else [value]
    found: dict[str, str] = {}
    for each in given:
        for name, address in _pairs(each):
            found.setdefault(address.lower(), formataddr((name, address)))
    return list(found.values())


def _pairs(value: object) -> Iterator[tuple[str, str]]:
    if not isinstance(value, str) or not value.replace("\t", " ").isprintable():
        raise AddressRefused(value)
    text = value.replace(";", ",").strip(" ,")
    if not text:
        raise AddressRefused(value)
    for name, address in getaddresses([text]):
        try:
            validate_email(address)
        except ValidationError:
            raise AddressRefused(address or value) from None
        yield name, address


def send(mail: Mail, key: str, patience: float | None = None) -> str:
    """Send it, and give its Message-ID, which is the same for each repeat of `key`.

    Raises `MailNotSent`.
    """
    message = _message(mail, key)
    with _failures():
        connection = get_connection(fail_silently=False)
        if patience is not None and isinstance(connection, EmailBackend):
            connection.timeout = min(patience, connection.timeout or patience)
        with connection:
            refused = _refusals_of(connection)
            connection.send_messages([message])
    if refused:
        raise _partly(refused)
    return str(message.extra_headers["Message-ID"])


def _message(mail: Mail, key: str) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        mail.subject,
        mail.text or _plain(mail.html),
        mail.sender or None,
        list(mail.to),
        bcc=list(mail.bcc),
        cc=list(mail.cc),
        reply_to=list(mail.reply_to),
    )
    message.extra_headers = {
        "Message-ID": message_id(key, message.from_email),
        "Idempotency-Key": key,
        # So that nobody answers that he is on holiday (RFC 3834).
        "Auto-Submitted": "auto-generated",
    }
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    for file in mail.files:
        message.attach(file.name, file.content, file.content_type)
    return message


def message_id(key: str, sender: str) -> str:
    """Make the Message-ID of a run: of this site, and of no other run."""
    [(_name, address)] = getaddresses([sender])
    site = salted_hmac("handlers.mail", key).hexdigest()[:16]
    return f"<{key}.{site}@{address.rpartition('@')[2] or 'localhost'}>"


def _plain(html: str) -> str:
    """Make the text for readers without HTML."""
    return _BLANK_LINES.sub("\n\n", strip_tags(html)).strip()


@contextmanager
def _failures() -> Iterator[None]:
    """Say in one sentence what the mail server or the way to it does not allow."""
    try:
        yield
    except SMTPRecipientsRefused as error:
        raise MailNotSent(
            gettext("The mail server refused %(refusals)s.")
            % {"refusals": _told(error.recipients)},
            permanent=all(code >= _PERMANENT for code, _ in error.recipients.values()),
        ) from error
    except SMTPResponseException as error:
        words = {"code": error.smtp_code, "text": _text(error.smtp_error)}
        raise MailNotSent(
            gettext("The mail server answered %(code)s %(text)s.") % words,
            permanent=error.smtp_code >= _PERMANENT,
        ) from error
    except (SMTPException, OSError) as error:
        problem = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise MailNotSent(
            gettext("The mail server cannot be reached: %(problem)s.")
            % {"problem": readable(problem, 200).rstrip(".")},
            permanent=False,
        ) from error


def _refusals_of(connection: Any) -> dict[str, tuple[int, bytes]]:
    """Note which recipients a server refuses while it takes the message for others.

    Django drops what `sendmail` tells of that.
    """
    refused: dict[str, tuple[int, bytes]] = {}
    if isinstance(connection, EmailBackend) and connection.connection is not None:
        sendmail = connection.connection.sendmail

        def noting(*args: Any, **options: Any) -> Any:
            told = sendmail(*args, **options)
            refused.update(told)
            return told

        connection.connection.sendmail = noting  # type: ignore[method-assign]  # of this object
    return refused


def _partly(refused: Mapping[str, tuple[int, bytes]]) -> MailNotSent:
    """Say who has not got it; trying again would send it to the others again."""
    message = gettext(
        "The mail server refused %(refusals)s. The other recipients got the message."
    )
    return MailNotSent(message % {"refusals": _told(refused)}, permanent=True)


def _told(refused: Mapping[str, tuple[int, bytes]]) -> str:
    return ", ".join(
        f"{address} ({code} {_text(text)})" for address, (code, text) in refused.items()
    )


def _text(told: bytes | str) -> str:
    text = told.decode(errors="replace") if isinstance(told, bytes) else str(told)
    return readable(" ".join(text.split()), 200).rstrip(".")
