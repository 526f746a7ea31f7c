"""Alerts go out on every channel, and one that fails stops nothing."""

import json
import logging
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core import mail

from tests.conftest import NOW
from tests.workflows.watchdog.conftest import MINUTE
from workflows.models import Alert
from workflows.watchdog import alerts
from workflows.watchdog.alerts import deliver


@pytest.fixture
def admins(settings):
    settings.ADMINS = [("Ops", "ops@example.org")]


class Hooks(HTTPServer):
    """A web server that keeps what is posted and answers with `status`."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Hook)
        self.posted, self.status = [], 200


class Hook(BaseHTTPRequestHandler):
    server: Hooks

    def do_POST(self):
        length = int(self.headers["Content-Length"])
        self.server.posted.append(json.loads(self.rfile.read(length)))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    server = Hooks()
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def webhook(server, settings):
    url = f"http://127.0.0.1:{server.server_port}/hooks/secret-token"
    settings.WORKFLOWS = {"ALERT_WEBHOOK": url}
    return server


def test_without_channels_nothing_is_written(ill):
    for minute in range(3):
        ill(minute)

    assert Alert.objects.exists() is False


def test_a_mail_says_what_and_since_when(ill, admins):
    ill(0)
    ill(1)

    [message] = mail.outbox
    assert message.to == ["ops@example.org"]
    assert "No worker is alive, and 0 executions wait." in message.body
    assert f"Since: {NOW.isoformat()}" in message.body


def test_addresses_of_the_setting_come_before_admins(ill, admins, settings):
    settings.WORKFLOWS = {"ALERT_MAIL": ["night@example.org"]}
    ill(0)
    ill(1)

    assert mail.outbox[0].to == ["night@example.org"]


def test_admins_may_be_plain_addresses(settings):
    settings.ADMINS = ["ops@example.org"]

    assert alerts.recipients() == ["ops@example.org"]


def test_a_webhook_gets_incident_and_recovery_as_json(ill, well, webhook):
    ill(0)
    ill(1)
    well(6)

    first, last = webhook.posted
    assert (first["event"], last["event"]) == ("incident", "recovery")
    assert first["kind"] == "no_worker"
    assert (first["since"], first["until"]) == (NOW.isoformat(), None)
    assert last["until"] == (NOW + 6 * MINUTE).isoformat()
    assert first["id"] != last["id"]


def test_a_failed_alert_is_logged_and_sent_by_the_next_run(ill, webhook, caplog):
    webhook.status = 500
    ill(0)
    with caplog.at_level(logging.ERROR):
        ill(1)
    webhook.status = 200
    ill(2)
    ill(3)

    assert "The alert webhook at 127.0.0.1 took nothing: status 500." in caplog.text
    assert len(webhook.posted) == 2
    assert Alert.objects.unsent().exists() is False


def test_the_address_of_a_webhook_is_told_nowhere(ill, settings, caplog):
    url = "http://127.0.0.1:9/hooks/secret-token"
    settings.WORKFLOWS = {"ALERT_WEBHOOK": url}
    ill(0)
    with caplog.at_level(logging.ERROR):
        ill(1)

    assert "took nothing: ConnectionError" in caplog.text
    assert "secret-token" not in caplog.text + Alert.objects.get().error


def test_one_channel_that_fails_does_not_stop_the_other(ill, admins, webhook):
    webhook.status = 500
    ill(0)
    ill(1)

    assert len(mail.outbox) == 1
    assert [a.channel for a in Alert.objects.unsent()] == ["webhook"]


def test_an_alert_in_the_hands_of_a_watchdog_is_left_alone(ill, admins):
    ill(0)
    ill(1)
    Alert.objects.update(sent_at=None, claimed_until=NOW + 3 * MINUTE)
    mail.outbox.clear()

    assert deliver(NOW + 2 * MINUTE) == 0
    assert deliver(NOW + 3 * MINUTE) == 1


def test_old_news_are_not_sent(ill, webhook):
    webhook.status = 500
    ill(0)
    ill(1)
    webhook.status = 200

    assert deliver(NOW + alerts.GIVE_UP + 2 * MINUTE) == 0


def test_alerts_speak_the_language_of_the_site(ill, admins, settings):
    settings.LANGUAGE_CODE = "ru"
    ill(0)
    ill(1)

    assert "Ни один" in mail.outbox[0].subject
