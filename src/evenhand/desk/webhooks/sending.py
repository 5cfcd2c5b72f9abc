"""Sending one notice: to the address that was checked, without redirects, proxies or endless answers."""

import socket
import ssl
import time
from collections.abc import Iterable, Mapping, Sequence
from ipaddress import ip_address
from pathlib import Path

import httpcore
from django.conf import settings

from evenhand.desk.webhooks.address import AddressError, Network, check_address

NOT_RESOLVED = "The host's name has no address."
look_up = socket.getaddrinfo


class Sender:
    """Posts notices; `close` ends its connections. `seconds`: the most that one notice takes, in all."""

    def __init__(self, seconds: float) -> None:
        self._backend = _CheckedBackend(settings.WEBHOOK_NETWORKS)
        self._seconds = seconds
        # Unlike a client, a pool follows no redirect and reads no proxy from the environment.
        self._pool = httpcore.ConnectionPool(
            ssl_context=_trust(settings.WEBHOOK_CA), network_backend=self._backend
        )

    def post(self, url: str, body: str, headers: Mapping[bytes | str, bytes | str]) -> str:
        """The status that came back, or what went wrong."""
        self._backend.until = time.monotonic() + self._seconds
        limits = dict.fromkeys(("connect", "read", "write", "pool"), self._seconds)
        try:
            with self._pool.stream(
                "POST", url, content=body.encode(), headers=headers, extensions={"timeout": limits}
            ) as answer:
                # Its status is all that counts: what follows is not read.
                return str(answer.status)
        except AddressError as error:
            return str(error)
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
            return type(error).__name__
        except (httpcore.UnsupportedProtocol, ValueError):
            return "This is not a web address."

    def close(self) -> None:
        self._pool.close()


def _trust(authority: Path | None) -> ssl.SSLContext:
    """The public certificate authorities, and the operator's own where it is named."""
    context = httpcore.default_ssl_context()
    if authority is not None:
        context.load_verify_locations(authority)
    return context


class _CheckedBackend(httpcore.NetworkBackend):
    """Connects to the very address that it looked up and checked, so that no second lookup can differ."""

    def __init__(self, networks: Sequence[Network]) -> None:
        self._networks = networks
        self._network = httpcore.SyncBackend()
        self.until = 0.0

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            found = [str(entry[4][0]) for entry in look_up(host, port, type=socket.SOCK_STREAM)]
        except (OSError, UnicodeError):
            raise AddressError(NOT_RESOLVED) from None
        if not found:
            raise AddressError(NOT_RESOLVED)
        for address in found:
            check_address(ip_address(address), self._networks)
        stream = self._network.connect_tcp(found[0], port, self.left(timeout), local_address, socket_options)
        return _BoundedStream(stream, self)

    def left(self, timeout: float | None) -> float:
        """The seconds for the next step. Raises `ReadTimeout` when the notice has taken too long."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left if timeout is None else min(left, timeout)


class _BoundedStream(httpcore.NetworkStream):
    """A stream on which a receiver that answers byte by byte takes no longer than any other."""

    def __init__(self, stream: httpcore.NetworkStream, backend: _CheckedBackend) -> None:
        self._stream = stream
        self._backend = backend

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._backend.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._backend.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, self._backend.left(timeout))
        return _BoundedStream(stream, self._backend)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)
