"""`manage.py up`: one terminal, many processes, none left behind."""

import json
import signal
import socket
from time import monotonic
from urllib.request import urlopen

import pytest

from tests.processes.waiting import all_gone, eventually, family

pytestmark = pytest.mark.processes


@pytest.fixture
def up(small_site, port):
    """Start everything and wait for the URL."""

    def start(**variables):
        running = small_site.spawn("up", PORT=str(port), **variables)
        running.url = f"http://127.0.0.1:{port}/"
        running.says(running.url)
        return running

    return start


def child(running, word):
    """Find the child whose command has this word."""
    return next(p for p in running.family()[1:] if word in p.cmdline()[2:3])


def test_it_serves_and_ends_its_start_with_the_url(up):
    running = up()

    assert urlopen(running.url).status == 200  # noqa: S310
    assert running.output.splitlines()[2:4] == [
        "Punctual is running. Ctrl-C stops it.",
        running.url,
    ]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_all_within_five_seconds(up, number):
    running = up()
    everybody = running.family()
    assert len(everybody) == 9

    running.send(number)

    assert running.ends(5) == 0
    assert all_gone(everybody)
    assert running.output.endswith("Punctual has stopped.\n")


def test_ctrl_c_of_the_terminal_stops_all(up):
    running = up()
    everybody = running.family()

    running.send(signal.SIGINT, group=True)

    assert running.ends(5) == 0
    assert all_gone(everybody)


def test_a_child_that_ignores_the_end_is_killed_in_time(up):
    running = up(TEST_UP=json.dumps([["rock", ["stubborn"]]]))
    running.says("rock      | Nothing stops me.")
    everybody = running.family()

    running.send(signal.SIGTERM)

    assert running.ends(5) == 0
    assert all_gone(everybody)


def test_a_killed_child_is_started_again_and_said_so(up):
    running = up()

    child(running, "runserver").kill()

    running.says("web was killed by SIGKILL; starting it again in 0.5 s.\n")
    eventually(lambda: _serves(running.url), "it serves again")


def test_a_cluster_without_its_sentinel_is_started_again(up):
    running = up()
    cluster = child(running, "runcluster")
    everybody = family(cluster.pid)

    everybody[1].kill()

    running.says("cluster ended with exit code 3; starting it again in 0.5 s.\n")
    assert all_gone(everybody)
    eventually(lambda: running.output.count("cluster is running") == 2, "it is back")


def test_nothing_outlives_a_killed_parent(up):
    running = up()
    everybody = running.family()

    running.send(signal.SIGKILL)

    eventually(lambda: all_gone(everybody), "all processes were gone", 5)


def test_a_child_that_fails_at_once_shows_why(small_site, port):
    running = small_site.spawn(
        "up", PORT=str(port), TEST_UP=json.dumps([["shop", ["no_such_command"]]])
    )

    running.says("shop      | Unknown command: 'no_such_command'")
    running.says("shop ended with exit code 1; starting it again in 0.5 s.")
    running.says("shop ended with exit code 1; starting it again in 1 s.")


def test_a_port_in_use_is_named_at_once(small_site):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        began = monotonic()
        running = small_site.spawn("up", PORT=str(port))

        assert running.ends(10) == 1
    assert monotonic() - began < 3
    assert running.output == (
        f"CommandError: Port {port} cannot be used (Address already in use). "
        f"Choose another one: PORT={port + 1} make run\n"
    )


@pytest.mark.parametrize("word", ["http", "0", "65536"])
def test_a_port_that_is_none_is_named(small_site, word):
    running = small_site.spawn("up", PORT=word)

    assert running.ends(10) == 1
    assert running.output == (
        f"CommandError: PORT is '{word}'; it must be a number from 1 to 65535.\n"
    )


def _serves(url):
    try:
        return urlopen(url).status == 200  # noqa: S310
    except OSError:
        return False
