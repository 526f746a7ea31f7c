"""The address guard: workflows call public hosts, and private ones by permission.

A name is resolved once, its addresses are checked, and the connection goes to one of
the very addresses that were checked; a name that resolves differently a moment later
gains nothing.
"""

import socket
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, TypeAlias
from urllib.parse import SplitResult, urlsplit

from requests import Session
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, LocationParseError, NameResolutionError

from workflows.conf import settings
from workflows.exceptions import WorkflowError

Address: TypeAlias = IPv4Address | IPv6Address

#: Translators put the IPv4 address into the last four bytes (RFC 6052).
_TRANSLATED = IPv6Network("64:ff9b::/96")


class AddressNotAllowed(WorkflowError):
    """A host whose address is not public."""

    def __init__(self, host: str, address: str) -> None:
        super().__init__(
            f"The host '{host}' has the address {address}, which is not public. "
            'Add it to WORKFLOWS["HTTP_ALLOWED_HOSTS"] in the settings to allow it.'
        )


class UrlNotAllowed(WorkflowError):
    """A URL that is refused as it is written."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)


def check_url(url: str) -> SplitResult:
    """Raise `UrlNotAllowed` unless this is a plain http or https URL with a host."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - it reads the port
    except ValueError:
        raise UrlNotAllowed("The URL cannot be read.") from None  # noqa: TRY003 - facts in
    if parts.scheme not in {"http", "https"}:
        raise UrlNotAllowed(  # noqa: TRY003 - facts in
            f"The URL must begin with http:// or https://, not '{parts.scheme[:20]}'."
        )
    if not parts.hostname:
        raise UrlNotAllowed("The URL names no host.")  # noqa: TRY003 - facts in
    if parts.username is not None or parts.password is not None:
        raise UrlNotAllowed(  # noqa: TRY003 - facts in
            "The URL holds a user or a password. Send them as a header instead."
        )
    return parts


def origin(url: str) -> tuple[str, str | None, int]:
    """Give the scheme, the host and the port: what headers are meant for."""
    parts = check_url(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return parts.scheme, parts.hostname, port


def checked_addresses(host: str, port: int) -> list[str]:
    """Resolve a host; raise `AddressNotAllowed` if any of its addresses is refused."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(place[0]) for *_rest, place in found))
    for address in addresses:
        if not is_allowed(host, ip_address(address)):
            raise AddressNotAllowed(host, address)
    return addresses


def is_allowed(host: str, address: Address) -> bool:
    """Tell whether a host may be called at an address."""
    names, networks = _exceptions()
    if host.rstrip(".").lower() in names:
        return True
    meant = list(_meant(address))
    if any(each in network for each in (address, *meant) for network in networks):
        return True
    return all(_is_public(each) for each in meant)


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and address.is_site_local:
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _exceptions() -> tuple[set[str], list[Any]]:
    """Read the setting: names of hosts, and networks."""
    names, networks = set(), []
    for entry in settings().http_allowed_hosts:
        try:
            networks.append(ip_network(entry, strict=False))
        except ValueError:
            names.add(entry.lower())
    return names, networks


def _meant(address: Address) -> Iterator[Address]:
    """Give the address, or the IPv4 addresses that it is only a wrapping of."""
    if isinstance(address, IPv4Address):
        yield address
        return
    wrapped = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _TRANSLATED:
        wrapped.append(IPv4Address(int(address) & 0xFFFFFFFF))
    inner = [each for each in wrapped if each is not None]
    yield from inner or [address]


class _Guarded(HTTPConnection):
    """Connects to checked addresses only."""

    def _new_conn(self) -> socket.socket:
        name = self._dns_host
        try:
            addresses = checked_addresses(name, self.port or self.default_port)
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        except UnicodeError as error:
            raise LocationParseError(name) from error
        try:
            return self._connect_to_one_of(addresses)
        finally:
            # TLS and the Host header go by the name.
            self._dns_host = name

    def _connect_to_one_of(self, addresses: list[str]) -> socket.socket:
        for address in addresses[:-1]:
            self._dns_host = address
            try:
                return super()._new_conn()
            except HTTPError:
                continue
        self._dns_host = addresses[-1]
        return super()._new_conn()


class _GuardedTLS(_Guarded, HTTPSConnection):
    """Connects to checked addresses only, with TLS for the name."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Guarded


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _GuardedTLS


class _Adapter(HTTPAdapter):
    """Has every connection of a session guarded."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        pools = {"http": _Pool, "https": _TLSPool}
        self.poolmanager.pool_classes_by_scheme = pools


def guarded_session() -> Session:
    """Make a session that cannot leave the guard: no proxies, no `.netrc`."""
    session = Session()
    session.trust_env = False
    for prefix in ("http://", "https://"):
        session.mount(prefix, _Adapter())
    return session
