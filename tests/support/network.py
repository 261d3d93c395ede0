"""Blocks outgoing connections; loopback and unix sockets stay usable."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

PROXY_VARIABLES = ("http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "no_proxy")


class NetworkBlockedError(RuntimeError):
    """Not an OSError, so that "am I offline?" handlers don't swallow it."""


class NetworkBlock:
    """Refuses connections while installed and remembers what was attempted."""

    def __init__(self) -> None:
        self.attempts: list[str] = []
        self._originals: list[tuple[Any, str, Any]] = []

    def install(self) -> None:
        """Put guards in front of connecting, sending and name resolution."""
        for name in ("connect", "connect_ex", "sendto"):
            self._guard(socket.socket, name, self._check_socket)
        for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
            self._guard(socket, name, self._check_host)

    def uninstall(self) -> None:
        """Restore the original functions."""
        for owner, name, original in self._originals:
            setattr(owner, name, original)
        self._originals.clear()

    def _guard(self, owner: Any, name: str, check: Any) -> None:
        original = getattr(owner, name)

        def guarded(*args: Any, **kwargs: Any) -> Any:
            check(*args)
            return original(*args, **kwargs)

        self._originals.append((owner, name, original))
        setattr(owner, name, guarded)

    def _check_socket(self, sock: socket.socket, *args: Any) -> None:
        if sock.family in (socket.AF_INET, socket.AF_INET6):
            address = args[-1]  # sendto has the data, and perhaps flags, before the address
            self._check_host(address[0], address[1])

    def _check_host(self, host: str | bytes | None, port: Any = None, *_: Any) -> None:
        if not is_loopback(host):
            name = host.decode() if isinstance(host, bytes) else host
            self.attempts.append(f"{name}:{port}" if port else f"{name}")
            raise NetworkBlockedError(
                f"Tests must not use the network, but something tried to reach {name!r} "
                f"(port {port}). Use a server on 127.0.0.1 or data from the repository."
            )


def is_loopback(host: str | bytes | None) -> bool:
    """Whether an address stays on this machine (None and "" mean the wildcard address)."""
    text = host.decode() if isinstance(host, bytes) else host
    if not text or text == "localhost":
        return True
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None) or address
    return bool(mapped.is_loopback or mapped.is_unspecified)
