"""A program that takes webhooks: a real server on this machine, which checks each signature as the docs say."""

import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOLERANCE = 300
"""Seconds after which a notice is too old."""


@dataclass
class Receiver:
    """`answers` are the statuses of the next notices, 204 after them; -1 hangs up without one."""

    secret: str
    url: str = ""
    answers: list[int] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    asked: int = 0

    def genuine(self, header: str, body: str) -> bool:
        said = dict(part.split("=", 1) for part in header.split(","))
        expected = hmac.new(self.secret.encode(), f"{said['t']}.{body}".encode(), "sha256").hexdigest()
        return hmac.compare_digest(expected, said["v1"]) and abs(time.time() - int(said["t"])) < TOLERANCE

    @property
    def notices(self) -> list[dict[str, Any]]:
        return [json.loads(body) for body in self.bodies]


@contextmanager
def receiving(secret: str) -> Iterator[Receiver]:
    receiver = Receiver(secret)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            receiver.asked += 1
            answer = receiver.answers.pop(0) if receiver.answers else 204
            if answer == -1:
                return
            if not receiver.genuine(self.headers["Evenhand-Signature"], body):
                answer = 401
            if 200 <= answer < 300:
                receiver.bodies.append(body)
            self.send_response(answer)
            if 300 <= answer < 400:
                self.send_header("Location", f"{receiver.url}elsewhere")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Nothing on the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
