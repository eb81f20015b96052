"""Doctor's own steps on the network, against real sockets on loopback."""

from __future__ import annotations

import asyncio
import shutil
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tieline.doctor.network import Address, Network, address_of
from tieline.problems.base import Problem

NETWORK = Network(5_000)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def code(said: object) -> str | None:
    return said.code if isinstance(said, Problem) else None


@asynccontextmanager
async def listening(context: ssl.SSLContext | None = None, says: bytes = b"") -> AsyncIterator[int]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if says:
            writer.write(says)
        await reader.read(1)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


@pytest.mark.parametrize(
    ("url", "host", "port", "tls"),
    [
        ("https://api.mypurecloud.de", "api.mypurecloud.de", 443, True),
        ("http://127.0.0.1:9090", "127.0.0.1", 9090, False),
        ("http://[::1]:80/", "::1", 80, False),
    ],
)
def test_an_url_leads_to_a_host_and_a_port(url: str, host: str, port: int, tls: bool) -> None:
    assert address_of(url) == Address(host=host, port=port, tls=tls)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_this_machine_is_told_from_others(host: str) -> None:
    assert Address(host=host, port=80, tls=False).local
    assert not Address(host="10.0.0.1", port=80, tls=False).local


async def test_an_unknown_host_is_named() -> None:
    said = await NETWORK.resolve(Address(host="no-such-host.invalid", port=443, tls=True))
    assert code(said) == "TL650"
    assert await NETWORK.resolve(Address(host="127.0.0.1", port=1, tls=True)) == "127.0.0.1"


async def test_a_closed_port_is_told() -> None:
    said = await NETWORK.connect(Address(host="127.0.0.1", port=free_port(), tls=True))
    assert code(said) == "TL420"


async def test_plain_http_is_for_this_machine_only() -> None:
    async with listening() as port:
        said = await NETWORK.connect(Address(host="127.0.0.1", port=port, tls=False))
    assert said == "plain http, on this machine only: a twin"
    assert code(await NETWORK.connect(Address(host="twin.invalid", port=port, tls=False))) == "TL652"


async def test_a_port_that_does_not_speak_tls_is_told() -> None:
    async with listening(says=b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        said = await NETWORK.connect(Address(host="127.0.0.1", port=port, tls=True))
    assert code(said) == "TL651"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl to make a certificate")
    folder = tmp_path_factory.mktemp("tls")
    words = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    names = ["-subj", "/O=Tieline tests/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    files = ["-keyout", "both.pem", "-out", "cert.pem"]
    subprocess.run(["openssl", "req", *words, *names, *files], cwd=folder, check=True, capture_output=True)
    with (folder / "both.pem").open("a") as both:
        both.write((folder / "cert.pem").read_text())
    return folder


def serving(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "both.pem")
    return context


async def test_a_certificate_nobody_vouches_for_is_told(certificate: Path) -> None:
    async with listening(serving(certificate)) as port:
        said = await NETWORK.connect(Address(host="localhost", port=port, tls=True))
    assert code(said) == "TL651"
    assert isinstance(said, Problem)
    assert "its certificate was not accepted" in said.line()


async def test_a_certificate_that_is_trusted_says_whose_it_is_and_how_long_it_is_good(certificate: Path) -> None:
    trusting = Network(5_000, ssl.create_default_context(cafile=str(certificate / "cert.pem")))
    async with listening(serving(certificate)) as port:
        said = await trusting.connect(Address(host="localhost", port=port, tls=True))
    assert isinstance(said, str)
    assert said.startswith("TLSv1.3, certificate by Tieline tests, good until ")
