"""A cloud that only records: what it was asked to launch, and how often; the ground truth of the kill tests."""

from __future__ import annotations

import itertools
import json
import sys
import threading
import uuid
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

FLOW_ID = str(uuid.UUID(int=7))


class _Server(ThreadingHTTPServer):
    """Says nothing of connections that a killed gateway left."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class RecordingCloud:
    """Serves the token endpoint, one flow, and launches; counts the launches of each `name`."""

    def __init__(self) -> None:
        self.launched: Counter[str] = Counter()
        self._ids = itertools.count(1)
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, method: str, path: str, body: bytes) -> dict[str, Any]:
        if path == "/oauth/token":
            return {"access_token": "t", "token_type": "bearer", "expires_in": 86_400}
        if method == "GET":
            flow = {"id": FLOW_ID, "name": "recorded", "type": "WORKFLOW", "publishedVersion": {"id": "1.0"}}
            return {"entities": [flow], "pageNumber": 1, "pageSize": 100, "pageCount": 1, "total": 1}
        with self._lock:
            self.launched[json.loads(body)["name"]] += 1
            return {"id": f"execution-{next(self._ids)}"}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        cloud = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                said = json.dumps(cloud.answer(self.command, self.path, body)).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            do_GET = do_POST

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing: the tests look at what was recorded."""

        return Handler
