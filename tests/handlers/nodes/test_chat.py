"""Messages to chats: posted once as JSON, and the key to the chat stays hidden."""

import json
from datetime import timedelta

import pytest

from handlers.actions.models import HttpAlias
from handlers.nodes.chat import Chat
from tests.handlers.conftest import problems, run_node
from workflows.contracts import Effect, Failed, Succeeded
from workflows.expressions import ScopeNames
from workflows.secrets import seal

LEAST = {"chat": "#chat", "text": "Hello."}
SECRET = {"token": "T0/B0/s3cret-of-it", "token_place": "url"}


@pytest.fixture
def alias(works, db, server):
    """Make the alias `chat` for this path of the server on loopback."""

    def alias(path="/hooks/{token}"):
        url = f"http://127.0.0.1:{server.server_port}{path}"
        return HttpAlias.objects.create(name="chat", url=url, sealed=seal(SECRET))

    return alias


def test_text_is_posted(alias, server):
    alias()
    more = {"channel": "#{{ 'orders' }}"}

    answer = run_node(
        Chat, **{**LEAST, "text": "{{ 1 + 1 }} orders\r\n…", "more": more}
    )

    told = server.told[-1]
    assert isinstance(answer, Succeeded)
    assert told["method"] == "POST"
    assert json.loads(told["body"]) == {"text": "2 orders\n…", "channel": "#orders"}
    assert told["headers"]["idempotency-key"] == "7-call-1"


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ({"ok": False, "error": "not_in_channel"}, "not_in_channel"),
        ({"ok": False, "description": "chat not found"}, "chat not found"),
    ],
)
def test_answer_that_is_not_ok_fails(reply, reason, alias):
    alias(f"/say?{{token}}&text={json.dumps(reply)}")

    answer = run_node(Chat, **LEAST)

    assert answer.message == f"The chat answered with status 200: {reason}"


@pytest.mark.parametrize(
    ("code", "permanent"), [(404, True), (429, False), (500, False)]
)
def test_other_statuses_fail(code, permanent, alias):
    alias(f"/status?code={code}&after=90&{{token}}")

    answer = run_node(Chat, **LEAST)

    assert answer.message == f"The chat answered with status {code}: sorry"
    assert (answer.permanent, answer.retry_after) == (permanent, timedelta(seconds=90))


def test_key_to_the_chat_is_nowhere(alias, make_version, run):
    alias("/say?text={token}")
    version = make_version({"key": "a", "type": "chat", "config": LEAST})

    execution = run(version)

    job = execution.jobs.get()
    assert execution.status == "succeeded"
    assert "s3cret" not in f"{version.definition} {job.__dict__} {execution.reason}"


def test_redirect_is_not_followed(alias):
    alias("/redirect?to=/&{token}")

    assert "answered with status 302" in run_node(Chat, **LEAST).message


def test_webhook_that_is_written_out_is_refused(works):
    url = "http://127.0.0.1:1/hooks/T0"
    scope = {"trigger": {"data": url}}

    answer = run_node(Chat, scope, **{**LEAST, "chat": "{{ trigger.data }}"})

    sentence = "Make an HTTP alias of the webhook, and write #alias/path."
    assert problems(Chat, **{**LEAST, "chat": url})["chat"] == sentence
    assert answer == Failed(sentence, permanent=True)


def test_unknown_alias_fails(works, db):
    form = Chat.form_class.for_config(LEAST, scope=ScopeNames())

    assert dict(form.problems())["chat"].startswith("There is no HTTP alias 'chat'.")
    assert run_node(Chat, **LEAST).message.startswith("There is no HTTP alias 'chat'.")


@pytest.mark.parametrize(
    ("config", "field", "sentence"),
    [
        ({"chat": None}, "chat", "This field is required."),
        ({"text": None}, "text", "This field is required."),
        ({"more": [1]}, "more", "Enter a JSON object"),
        ({"text": "{{ oops( }}"}, "text", "{{ oops( }}"),
    ],
)
def test_wrong_setting_is_a_form_error(config, field, sentence):
    assert sentence in problems(Chat, **{**LEAST, **config})[field]


def test_effect_is_outside():
    assert Chat.effect is Effect.OUTSIDE
