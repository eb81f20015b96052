"""A cloud that only answers, as fast as it can: what `bench/dispatch.py` sends to. Prints {"url"} and serves until it is ended."""

from __future__ import annotations

import asyncio
import json

import uvloop

_TOKEN = b'{"access_token":"t","token_type":"bearer","expires_in":86400}'
_LAUNCHED = b'{"id":"execution"}'


class Answering(asyncio.Protocol):
    """Reads requests by their Content-Length and answers each at once."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.waiting = b""

    def data_received(self, data: bytes) -> None:
        self.waiting += data
        while (end := self.waiting.find(b"\r\n\r\n")) >= 0:
            head = self.waiting[:end].lower()
            at = head.find(b"content-length: ")
            length = int(head[at + 16 :].split(b"\r\n")[0]) if at >= 0 else 0
            if len(self.waiting) < end + 4 + length:
                return
            self.waiting = self.waiting[end + 4 + length :]
            body = _TOKEN if b"/oauth/token" in head else _LAUNCHED
            answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
            self.transport.write(answer + body)  # type: ignore[attr-defined]


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Answering, "127.0.0.1", 0)
    print(json.dumps({"url": f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"}), flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
