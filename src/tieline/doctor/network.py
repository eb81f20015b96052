"""Names, connections and TLS, tried the way the HTTP client does it, without a byte of HTTP."""

from __future__ import annotations

import asyncio
import socket
import ssl
from contextlib import suppress
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import msgspec

from tieline.problems.base import Problem
from tieline.problems.cloud import CloudUnreachable
from tieline.problems.doctor import HostNotFound, PlainHttp, TlsFailed


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """Where an url leads: host, port, and whether TLS is spoken there."""

    host: str
    port: int
    tls: bool

    @property
    def local(self) -> bool:
        """Whether it is on this machine, as far as its name says."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def address_of(url: str) -> Address:
    """Read an address from an url. Raises ValueError for a port that is none."""
    parts = urlsplit(url)
    tls = parts.scheme == "https"
    return Address(host=parts.hostname or "", port=parts.port or (443 if tls else 80), tls=tls)


class Network:
    """Tries the way to a host. `connect_ms` bounds each step; `context` is what TLS trusts, None for the system's."""

    def __init__(self, connect_ms: int, context: ssl.SSLContext | None = None) -> None:
        """Take the bound and the trust."""
        self._seconds = connect_ms / 1_000
        self._context = context

    async def resolve(self, address: Address) -> str | Problem:
        """Give the host's addresses in one text, or the problem (TL650)."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._seconds):
                found = await loop.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
        except TimeoutError:
            return HostNotFound(host=address.host, fault="no answer from the name server in time")
        except (OSError, UnicodeError) as fault:
            return HostNotFound(host=address.host, fault=_words(fault))
        return ", ".join(dict.fromkeys(str(one[4][0]) for one in found))

    async def connect(self, address: Address) -> str | Problem:
        """Connect and, where TLS is spoken, shake hands; say what came about, or the problem (TL420, TL651, TL652)."""
        if not address.tls and not address.local:
            return PlainHttp(host=address.host)
        try:
            async with asyncio.timeout(self._seconds):
                _, writer = await asyncio.open_connection(address.host, address.port)
        except TimeoutError:
            return CloudUnreachable(host=f"{address.host}:{address.port}", fault="no connection in time")
        except OSError as fault:
            return CloudUnreachable(host=f"{address.host}:{address.port}", fault=_words(fault))
        try:
            return await self._shake(address, writer) if address.tls else "plain http, on this machine only: a twin"
        finally:
            writer.close()
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(self._seconds):
                    await writer.wait_closed()

    async def _shake(self, address: Address, writer: asyncio.StreamWriter) -> str | Problem:
        context = self._context or ssl.create_default_context()
        try:
            await writer.start_tls(context, server_hostname=address.host, ssl_handshake_timeout=self._seconds)
        except ssl.SSLCertVerificationError as fault:
            return TlsFailed(host=address.host, fault=f"its certificate was not accepted, {fault.verify_message}".lower())
        except (OSError, ValueError) as fault:
            return TlsFailed(host=address.host, fault=_words(fault))
        return described(writer.get_extra_info("ssl_object").version(), writer.get_extra_info("peercert") or {})


def described(version: str | None, certificate: dict[str, Any]) -> str:
    """Say which TLS came about, and whose certificate it was until when."""
    issuer = {name: value for part in certificate.get("issuer", ()) for name, value in part}
    whose = issuer.get("organizationName") or issuer.get("commonName") or "an unnamed authority"
    return f"{version or 'TLS'}, certificate by {whose}, good until {certificate.get('notAfter', 'nobody says when')}"


def _words(fault: Exception) -> str:
    """Say a fault in the system's words, lower case."""
    if isinstance(fault, ssl.SSLError) and fault.reason:
        return fault.reason.replace("_", " ").lower()
    text = fault.strerror if isinstance(fault, OSError) and fault.strerror else str(fault)
    return (text or type(fault).__name__).rstrip(".").lower()
