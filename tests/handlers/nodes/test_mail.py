"""E-mail: who gets what, and what a server does not take."""

import pytest
from django.core import mail as django_mail

from handlers.mail import AddressRefused, message_id, read_addresses
from handlers.nodes.mail import EMail
from tests.handlers.conftest import problems, run_node
from tests.handlers.nodes import mail_server
from workflows.contracts import Failed, Succeeded
from workflows.forms import ValueNotAccepted

LEAST = {"to": "ann@example.org", "subject": "Hello", "text": "Hello."}


def sent(scope=None, **config):
    """Send a message, and give it."""
    answer = run_node(EMail, scope, **{**LEAST, **config})
    assert isinstance(answer, Succeeded), answer
    return django_mail.outbox[-1]


def test_message_is_sent(settings):
    settings.DEFAULT_FROM_EMAIL = "Shop <shop@example.org>"

    message = sent(text="Dear {{ trigger.data }},\n…", subject="No. {{ 1 + 1 }}")

    assert (message.to, message.from_email) == (
        ["ann@example.org"],
        "Shop <shop@example.org>",
    )
    assert (message.subject, message.body) == ("No. 2", "Dear {},\n…")


@pytest.mark.parametrize(
    ("value", "addresses"),
    [
        ("ann@example.org", ["ann@example.org"]),
        (
            "a@x.org, Bob B. <b@x.org>;c@x.org,",
            ["a@x.org", '"Bob B." <b@x.org>', "c@x.org"],
        ),
        ('"B, Bob" <b@x.org>', ['"B, Bob" <b@x.org>']),
        (
            ["a@x.org", "A@X.org", "Анна <b@x.org>"],
            ["a@x.org", "=?utf-8?b?0JDQvdC90LA=?= <b@x.org>"],
        ),
        ("{{ trigger.data }}", ["c@x.org", "d@x.org"]),
        (["{{ trigger.data[0] }}", "e@x.org"], ["c@x.org", "e@x.org"]),
    ],
)
def test_addresses_are_a_text_or_a_list(value, addresses):
    scope = {"trigger": {"data": ["c@x.org", "d@x.org"]}}

    assert sent(scope, to=value).to == addresses


def test_copies_replies_and_sender():
    message = sent(
        cc="b@x.org", bcc="{{ ['c@x.org'] }}", reply_to="d@x.org", sender="Me <e@x.org>"
    )

    assert (message.cc, message.bcc, message.reply_to) == (
        ["b@x.org"],
        ["c@x.org"],
        ["d@x.org"],
    )
    assert message.from_email == "Me <e@x.org>"
    assert "c@x.org" not in message.message().as_string()


@pytest.mark.parametrize(
    "value",
    [
        "ann",
        "ann@",
        "ann@example.org\nBcc: eve@evil.org",
        "Ann\r\nBcc: eve@evil.org <ann@example.org>",
        "ann@example.org\0",
        "ann@example.org, bob",
        ["ann@example.org", ""],
        [7],
        {"to": "ann@example.org"},
        "<<ann@example.org>",
    ],
)
def test_what_is_no_address_is_refused(value):
    with pytest.raises(AddressRefused, match="is no e-mail address"):
        read_addresses(value)
    assert "is no e-mail address" in problems(EMail, **{**LEAST, "to": value})["to"]
    with pytest.raises(ValueNotAccepted, match="The setting 'to' got"):
        sent({"trigger": {"data": value}}, to="{{ trigger.data }}")


def test_braces_make_no_address():
    answer = run_node(
        EMail, {"trigger": {"data": "{{x"}}, **{**LEAST, "to": ["{{ trigger.data }}"]}
    )

    assert answer == Failed("'{{x' is no e-mail address.", permanent=True)


@pytest.mark.parametrize("subject", ["a\nBcc: eve@evil.org", "a\r\n\r\nbody", "a\0"])
def test_subject_has_one_line(subject):
    assert (
        "Enter one line" in problems(EMail, **{**LEAST, "subject": subject})["subject"]
    )
    with pytest.raises(ValueNotAccepted, match="The setting 'subject' got"):
        sent({"trigger": {"data": subject}}, subject="{{ trigger.data }}")


def test_html_is_sent_beside_a_text():
    scope = {"trigger": {"data": "<b>Ann & Bob</b>"}}

    message = sent(scope, html="<p>{{ trigger.data }}</p>", text="{{ trigger.data }}")

    [(html, kind)] = message.alternatives
    assert (html, kind) == ("<p>&lt;b&gt;Ann &amp; Bob&lt;/b&gt;</p>", "text/html")
    assert message.body == "<b>Ann & Bob</b>"


def test_text_is_made_of_the_html():
    message = sent(text="", html="<h1>Hello</h1>\n\n\n<p>{{ '<b>you</b>'|safe }}</p>\n")

    assert message.body == "Hello\n\nyou"


def test_attachments_are_sent():
    orders = [{"no": 1, "total": 5}]
    files = [
        {"name": "orders.csv", "content": "{{ nodes.orders }}"},
        {"name": "a.bin", "content": "aGk=", "base64": True},
    ]

    message = sent({"nodes": {"orders": orders}}, attachments=files)

    assert [(name, kind) for name, _content, kind in message.attachments] == [
        ("orders.csv", "text/csv"),
        ("a.bin", "application/octet-stream"),
    ]
    assert message.attachments[0][1] == "no,total\r\n1,5\r\n"


def test_attachment_that_cannot_be_made_is_refused():
    scope = {"trigger": {"data": "a\r\nX: b"}}
    files = [{"name": "{{ trigger.data }}", "content": ""}]

    with pytest.raises(ValueNotAccepted, match="it needs a plain name without '/'"):
        sent(scope, attachments=files)


def test_repeats_have_the_same_id(settings):
    settings.DEFAULT_FROM_EMAIL = "Shop <shop@example.org>"
    first, second = sent(), sent()

    headers = first.message()
    assert headers["Message-ID"] == second.message()["Message-ID"]
    assert headers["Message-ID"].startswith("<7-call-1.")
    assert headers["Message-ID"].endswith("@example.org>")
    assert (headers["Idempotency-Key"], headers["Auto-Submitted"]) == (
        "7-call-1",
        "auto-generated",
    )


def test_id_is_of_this_site(settings):
    ours = message_id("7-call-1", "a@x.org")
    settings.SECRET_KEY = "of another site"

    assert message_id("7-call-1", "a@x.org") != ours


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ({"to": "{{ trigger.data }}"}, "The message has no recipient."),
        (
            {"cc": [f"a{number}@x.org" for number in range(100)]},
            (
                "The message has 101 recipients, more than 100. The setting "
                'WORKFLOWS["MAIL_RECIPIENTS"] is the limit.'
            ),
        ),
    ],
)
def test_number_of_recipients_is_bounded(config, sentence):
    scope = {"trigger": {"data": []}}

    answer = run_node(EMail, scope, **{**LEAST, **config})

    assert answer == Failed(sentence, permanent=True)
    assert not django_mail.outbox


@pytest.mark.parametrize(
    ("config", "field", "sentence"),
    [
        ({"to": None}, "to", "This field is required."),
        ({"subject": None}, "subject", "This field is required."),
        ({"text": None}, "text", "Enter a text or HTML."),
        ({"attachments": "x.csv"}, "attachments", 'a list of {"name", "content"}'),
        ({"cc": "bob"}, "cc", "'bob' is no e-mail address."),
        ({"html": "{{ oops( }}"}, "html", "{{ oops( }}"),
    ],
)
def test_wrong_setting_is_a_form_error(config, field, sentence):
    assert sentence in problems(EMail, **{**LEAST, **config})[field]


def test_text_that_cannot_be_worked_out_fails():
    scope = {"trigger": {"data": 0}}

    answer = run_node(EMail, scope, **{**LEAST, "text": "{{ 1 / trigger.data }}"})

    assert answer.message.endswith("at column 4: Division by zero.")
    assert not django_mail.outbox


# A real server.


@pytest.fixture(scope="module")
def server():
    server = mail_server.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def by_smtp(server, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.server_address[1]
    server.taken.clear()


def test_server_takes_a_message(by_smtp, server):
    answer = run_node(EMail, **LEAST, bcc="b@x.org")

    assert answer.result["recipients"] == 2
    [(recipients, text)] = server.taken
    assert recipients == ["ann@example.org", "b@x.org"]
    assert f"Message-ID: {answer.result['message_id']}" in text


@pytest.mark.parametrize(
    ("config", "failed"),
    [
        (
            {"to": "gone@x.org"},
            Failed(
                "The mail server refused gone@x.org (550 5.1.1 No such user).",
                permanent=True,
            ),
        ),
        (
            {"to": "busy@x.org"},
            Failed("The mail server refused busy@x.org (450 4.2.1 Try later)."),
        ),
        (
            {"cc": "gone@x.org"},
            Failed(
                "The mail server refused gone@x.org (550 5.1.1 No such user). The "
                "other recipients got the message.",
                permanent=True,
            ),
        ),
        (
            {"sender": "nobody@x.org"},
            Failed("The mail server answered 553 5.1.8 Who are you?.", permanent=True),
        ),
    ],
)
def test_refusals_of_the_server_are_told(config, failed, by_smtp):
    assert run_node(EMail, **{**LEAST, **config}) == failed


def test_server_that_is_not_there_may_be_tried_again(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    answer = run_node(EMail, **LEAST)

    assert answer == Failed("The mail server cannot be reached: Connection refused.")
