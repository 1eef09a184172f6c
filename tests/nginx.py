"""nginx as docker-compose.yml configures it, on a machine without containers.

Only the host, the ports, the portal behind it, the certificate and the places of its own files are others.
"""

import json
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPSConnection
from pathlib import Path

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bin import prepare
from tests.patience import SECONDS, wait_until

HOST = "127.0.0.1"
PLACES = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]


@dataclass(frozen=True, kw_only=True)
class Proxy:
    folder: Path
    port: int
    plain_port: int

    def ask(self, path: str, headers: dict[str, str]) -> int:
        connection = HTTPSConnection(HOST, self.port, timeout=SECONDS, context=trusting())
        connection.request("GET", path, headers=headers)
        status = connection.getresponse().status
        connection.close()
        return status

    def send(self, text: str, *, plain: bool = False) -> None:
        """Send what no client library would, and wait for the end of it."""
        with socket.create_connection((HOST, self.plain_port if plain else self.port), SECONDS) as opened:
            wrapped = nullcontext(opened) if plain else trusting().wrap_socket(opened)
            # What is too long is cut off before it is sent, and before its answer is read.
            with wrapped as line, suppress(ConnectionError, ssl.SSLError):
                line.sendall(text.encode())
                while line.recv(65536):
                    pass

    def lines(self, count: int) -> list[dict[str, object]]:
        """Return what is in the access log, once it has that many lines."""
        log = self.folder / "stdout"
        wait_until(lambda: len(log.read_text().splitlines()) >= count, log.read_text)
        return [json.loads(line) for line in log.read_text().splitlines()]

    def everything_written(self) -> str:
        return "".join(path.read_text(errors="replace") for path in self.folder.rglob("*") if path.is_file())


def trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def configuration(proxy: Proxy, *, upstream: int) -> str:
    text = yaml.safe_load(Path("docker-compose.yml").read_text())["configs"]["nginx"]["content"]
    others = {
        "${PORTAL_HOST}": "portal.test",
        "$$": "$",
        "listen 80 ": f"listen {HOST}:{proxy.plain_port} ",
        "listen 443 ": f"listen {HOST}:{proxy.port} ",
        "server web:8000;": f"server {HOST}:{upstream};",
        "/run/secrets/": f"{proxy.folder.parent}/",
        "http {": "http {" + "".join(f"{name}_temp_path {proxy.folder}/{name};" for name in PLACES),
    }
    for old, new in others.items():
        assert old in text
        text = text.replace(old, new)
    return text


@contextmanager
def started(folder: Path, *, upstream: int) -> Iterator[Proxy]:
    proxy = Proxy(folder=folder / "nginx", port=free_port(), plain_port=free_port())
    proxy.folder.mkdir()
    config = folder / "nginx.conf"
    config.write_text(configuration(proxy, upstream=upstream))
    directives = f"daemon off; pid {folder}/pid;"
    command = [prepare.nginx(), "-e", "stderr", "-p", folder, "-c", config, "-g", directives]
    with (proxy.folder / "stdout").open("a") as out, (proxy.folder / "stderr").open("a") as errors:
        process = subprocess.Popen(command, stdout=out, stderr=errors)
    try:
        wait_until(lambda: answers(proxy, process), proxy.everything_written)
        yield proxy
    finally:
        process.terminate()
        process.wait(SECONDS)


def answers(proxy: Proxy, process: subprocess.Popen) -> bool:
    assert process.poll() is None, proxy.everything_written()
    with suppress(ConnectionRefusedError), socket.create_connection((HOST, proxy.port), SECONDS):
        return True
    return False


def write_certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "portal.test")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    dated = builder.not_valid_before(now).not_valid_after(now + timedelta(days=2))
    certificate = dated.sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "tls_certificate").write_bytes(certificate.public_bytes(pem))
    (folder / "tls_key").write_bytes(private)
