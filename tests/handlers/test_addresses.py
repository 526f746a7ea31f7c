"""The address guard: public hosts only, and the very address that was checked."""

import socket
from ipaddress import ip_address

import pytest

from handlers.addresses import (
    AddressNotAllowed,
    UrlNotAllowed,
    check_url,
    checked_addresses,
    guarded_session,
    is_allowed,
)

INTERNAL = [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",  # noqa: S104 - the point of the test
    "10.0.0.1",
    "172.16.5.5",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fec0::1",
    "ff02::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
]


@pytest.fixture
def resolve(monkeypatch):
    """Let every name resolve to these addresses, in turn."""

    def install(*turns):
        answers = iter(turns)

        def getaddrinfo(host, port, *_args, **_options):
            found = next(answers)
            if not found:
                raise socket.gaierror(-2, "Name or service not known")
            return [(socket.AF_INET, 1, 6, "", (each, port)) for each in found]

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)

    return install


@pytest.fixture
def connected(monkeypatch):
    """Collect the places that are connected to, and refuse the connection."""
    places = []

    def connect(place, *_args, **_options):
        places.append(place[0])
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr("urllib3.util.connection.create_connection", connect)
    return places


@pytest.mark.parametrize("address", INTERNAL)
def test_address_that_is_not_public_is_refused(address):
    assert is_allowed("example.com", ip_address(address)) is False


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:8.8.8.8"]
)
def test_public_address_is_allowed(address):
    assert is_allowed("example.com", ip_address(address)) is True


@pytest.mark.parametrize(
    ("entry", "host", "address"),
    [
        ("intranet.example.com", "Intranet.Example.com", "10.0.0.5"),
        ("intranet.example.com", "intranet.example.com.", "10.0.0.5"),
        ("10.0.0.0/8", "x", "10.9.9.9"),
        ("127.0.0.1", "localhost", "127.0.0.1"),
        ("127.0.0.0/8", "localhost", "::ffff:127.0.0.1"),
        ("fd00::/8", "x", "fd00::5"),
    ],
)
def test_setting_allows_hosts_and_networks(entry, host, address, settings):
    settings.WORKFLOWS = {"HTTP_ALLOWED_HOSTS": [entry]}

    assert is_allowed(host, ip_address(address)) is True


def test_setting_allows_nothing_else(settings):
    settings.WORKFLOWS = {"HTTP_ALLOWED_HOSTS": ["intranet", "10.0.0.0/8"]}

    assert is_allowed("other", ip_address("192.168.0.1")) is False


def test_one_internal_address_among_public_ones_refuses_the_host(resolve):
    resolve(["93.184.216.34", "10.0.0.1"])

    with pytest.raises(AddressNotAllowed, match=r"has the address 10\.0\.0\.1"):
        checked_addresses("example.com", 80)


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f000001", "localhost"])
def test_odd_spellings_of_loopback_are_refused(host):
    with pytest.raises(AddressNotAllowed, match="which is not public"):
        checked_addresses(host, 80)


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("ftp://example.com/", "must begin with"),
        ("file:///etc/passwd", "must begin with"),
        ("example.com", "must begin with"),
        ("http://", "names no host"),
        ("http://ada:secret@example.com/", "Send them as a header"),
        ("http://@example.com/", "Send them as a header"),
        ("http://example.com:99999/", "cannot be read"),
        ("http://[::1/", "cannot be read"),
    ],
)
def test_url_is_refused_as_written(url, problem):
    with pytest.raises(UrlNotAllowed, match=problem):
        check_url(url)


def test_error_of_a_url_keeps_its_password():
    with pytest.raises(UrlNotAllowed) as caught:
        check_url("http://ada:secret@example.com/")

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_connection_goes_to_the_checked_address(scheme, resolve, connected):
    resolve(["93.184.216.34"], ["127.0.0.1"])

    with pytest.raises(OSError, match="refused"):
        guarded_session().get(f"{scheme}://example.com/")

    assert connected == ["93.184.216.34"]


def test_connection_tries_the_next_checked_address(resolve, connected):
    resolve(["93.184.216.34", "93.184.216.35"])

    with pytest.raises(OSError, match="refused"):
        guarded_session().get("http://example.com/")

    assert connected == ["93.184.216.34", "93.184.216.35"]


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_internal_host_is_never_connected_to(scheme, resolve, connected):
    resolve(["10.0.0.1"])

    with pytest.raises(AddressNotAllowed, match="which is not public"):
        guarded_session().get(f"{scheme}://example.com/")

    assert connected == []


def test_name_that_fails_once_is_not_resolved_again(resolve, connected):
    resolve([], ["127.0.0.1"])

    with pytest.raises(OSError, match="resolve"):
        guarded_session().get("http://example.com/")

    assert connected == []


def test_proxies_of_the_environment_are_not_used(monkeypatch, resolve, connected):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:3128")
    resolve(["93.184.216.34"])

    with pytest.raises(OSError, match="refused"):
        guarded_session().get("http://example.com/")

    assert connected == ["93.184.216.34"]
