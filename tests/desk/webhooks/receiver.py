"""A program that takes webhooks: a real server on this machine with TLS, which checks each signature as the
docs say.
"""

import hmac
import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

TOLERANCE = 300
"""Seconds after which a notice is too old."""
HOST = "receiver.example"


@dataclass
class Receiver:
    """`answers` are the statuses of the next notices, 204 after them; -1 hangs up without one, -2 answers
    byte by byte and never ends.
    """

    secret: str
    port: int = 0
    answers: list[int] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    asked: int = 0

    @property
    def url(self) -> str:
        return f"https://{HOST}:{self.port}/"

    def genuine(self, header: str, body: str) -> bool:
        said = dict(part.split("=", 1) for part in header.split(","))
        expected = hmac.new(self.secret.encode(), f"{said['t']}.{body}".encode(), "sha256").hexdigest()
        return hmac.compare_digest(expected, said["v1"]) and abs(time.time() - int(said["t"])) < TOLERANCE

    @property
    def notices(self) -> list[dict[str, Any]]:
        return [json.loads(body) for body in self.bodies]


@contextmanager
def receiving(secret: str, certificate: Path) -> Iterator[Receiver]:
    receiver = Receiver(secret)
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            receiver.asked += 1
            answer = receiver.answers.pop(0) if receiver.answers else 204
            if answer == -1:
                return
            if answer == -2:
                self._trickle()
                return
            if not receiver.genuine(self.headers["Evenhand-Signature"], body):
                answer = 401
            if 200 <= answer < 300:
                receiver.bodies.append(body)
            self.send_response(answer)
            if 300 <= answer < 400:
                self.send_header("Location", f"{receiver.url}elsewhere")
            self.end_headers()

        def _trickle(self) -> None:
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            try:
                while not over.wait(0.05):
                    self.wfile.write(b"X")
            except OSError:
                """The sender has hung up."""

        def log_message(self, *args: Any) -> None:
            """Nothing on the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    receiver.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        over.set()
        server.shutdown()
        server.server_close()


def certified(folder: Path, host: str = HOST) -> Path:
    """A key and a certificate of the host, signed by itself, in one PEM file; it is its own authority."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{host}.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path
