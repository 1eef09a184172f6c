"""The web server of docker-compose.yml, started as it stands there: what it writes down of a request.

Only the host, the ports, the portal behind it, the certificate and the places of its own files are others.
"""

import json
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from http.client import HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from bin import prepare

SECRET = "s3cret-of-a-link"
NAME = "%E6%9F%90%E5%A7%93%E5%90%8D"
QUERY = f"key={SECRET}&q={NAME}"
TOLD = {"User-Agent": f"agent-{SECRET}", "Referer": f"https://portal.test/records/people/?{QUERY}"}
HOST = "127.0.0.1"
PATIENCE = 60
PLACES = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
FIELDS = {
    "timestamp",
    "logger",
    "event",
    "request_id",
    "method",
    "path",
    "status",
    "bytes_received",
    "bytes_sent",
    "seconds",
    "upstream_status",
    "upstream_seconds",
}


class Portal(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.asked.append((self.path, dict(self.headers)))
        if self.path.startswith("/breaks-off/"):
            self.close_connection = True
            return
        body = b"ok" if self.path.startswith("/records/") else b"refused"
        self.send_response(200 if body == b"ok" else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


@dataclass(frozen=True, kw_only=True)
class Proxy:
    folder: Path
    port: int
    plain_port: int

    def ask(self, path: str, *, method: str = "GET", headers: dict[str, str] | None = None) -> int:
        connection = HTTPSConnection(HOST, self.port, timeout=PATIENCE, context=trusting())
        connection.request(method, path, headers=TOLD | (headers or {}))
        status = connection.getresponse().status
        connection.close()
        return status

    def send(self, text: str, *, plain: bool = False) -> None:
        """Send what no client library would, and wait for the end of it."""
        with socket.create_connection((HOST, self.plain_port if plain else self.port), PATIENCE) as opened:
            wrapped = nullcontext(opened) if plain else trusting().wrap_socket(opened)
            # What is too long is cut off before it is sent, and before its answer is read.
            with wrapped as line, suppress(ConnectionError, ssl.SSLError):
                line.sendall(text.encode())
                while line.recv(65536):
                    pass

    def lines(self, count: int) -> list[dict[str, object]]:
        """Return what is in the access log, once it has that many lines."""
        end = time.monotonic() + PATIENCE
        while len(found := (self.folder / "stdout").read_text().splitlines()) < count:
            assert time.monotonic() < end, found
            time.sleep(0.02)
        return [json.loads(line) for line in found]

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
        wait_for(proxy, process)
        yield proxy
    finally:
        process.terminate()
        process.wait(PATIENCE)


def wait_for(proxy: Proxy, process: subprocess.Popen) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection((HOST, proxy.port), PATIENCE).close()
        except OSError:
            assert process.poll() is None, proxy.everything_written()
            assert time.monotonic() < end
            time.sleep(0.02)
        else:
            return


@pytest.fixture
def folder(tmp_path):
    """A folder with a certificate, which the workers of nginx may enter."""
    tmp_path.chmod(0o755)
    names = [
        "-keyout",
        tmp_path / "tls_key",
        "-out",
        tmp_path / "tls_certificate",
        "-subj",
        "/CN=portal.test",
    ]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *names]
    subprocess.run(command, check=True, capture_output=True)
    return tmp_path


@pytest.fixture
def portal():
    server = ThreadingHTTPServer((HOST, 0), Portal)
    server.asked = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def told(proxy: Proxy, *, count: int) -> list[tuple[object, ...]]:
    return [(line["method"], line["path"], line["status"]) for line in proxy.lines(count)]


def assert_keeps_secrets(proxy: Proxy) -> None:
    written = proxy.everything_written()
    for secret in (SECRET, NAME, "某姓名", HOST, "Referer", "agent-"):
        assert secret not in written


def test_requests_are_told_without_what_they_carry(folder, portal):
    with started(folder, upstream=portal.server_port) as proxy:
        statuses = [
            proxy.ask(f"/records/people/?{QUERY}"),
            proxy.ask(f"/accounts/link/?{QUERY}", method="GET"),
            # As mail programs mangle a link.
            proxy.ask(f"/accounts/link/open/%23{SECRET}"),
            proxy.ask(f"/accounts/link/%3Fkey={SECRET}"),
            proxy.ask(f"/metrics?{QUERY}"),
        ]
        lines, seen = told(proxy, count=5), proxy.lines(5)

    assert statuses == [200, 404, 404, 404, 404]
    assert lines == [
        ("GET", "/records/people/", 200),
        ("GET", "/accounts/link/", 404),
        ("GET", "/accounts/link/open/", 404),
        ("GET", "/accounts/link/", 404),
        ("GET", "/metrics", 404),
    ]
    assert [set(line) for line in seen] == [FIELDS] * 5
    # The portal got all of it, and the id by which both logs name the request.
    path, headers = portal.asked[0]
    assert (path, headers["Referer"]) == (f"/records/people/?{QUERY}", TOLD["Referer"])
    assert headers["X-Request-ID"] == seen[0]["request_id"]
    assert_keeps_secrets(proxy)


def test_dead_portal_is_told_by_its_status_alone(folder):
    with started(folder, upstream=free_port()) as proxy:
        status = proxy.ask(f"/accounts/link/?{QUERY}")
        (line,) = proxy.lines(1)

    assert status == 502
    assert (line["path"], line["status"], line["upstream_status"]) == ("/accounts/link/", 502, "502")
    assert_keeps_secrets(proxy)


def test_portal_that_breaks_off_is_told_by_its_status_alone(folder, portal):
    with started(folder, upstream=portal.server_port) as proxy:
        status = proxy.ask(f"/breaks-off/?{QUERY}")
        lines = told(proxy, count=1)

    assert (status, lines) == (502, [("GET", "/breaks-off/", 502)])
    assert_keeps_secrets(proxy)


def test_refusals_of_the_proxy_itself_are_told_without_what_they_carry(folder, portal):
    host = "Host: portal.test\r\nConnection: close\r\n"
    referer = f"Referer: {TOLD['Referer']}\r\n"
    sent = {
        f"POST /records/?{QUERY} HTTP/1.1\r\n{host}{referer}Content-Length: 99999999\r\n\r\n": 413,
        f"GET /records/?{QUERY} HTTP/9.9\r\n{host}\r\n": 505,
        f"GET /records/?{QUERY} and more HTTP/1.1\r\n{host}\r\n": 400,
        f"GET /records/?{QUERY} HTTP/1.1\r\n{referer}\r\n": 400,
        f"GET /records/?{QUERY} HTTP/1.1\r\n{host}Content-Length: {SECRET}\r\n\r\n": 400,
        f"GET /records/?{QUERY}{'x' * 40_000} HTTP/1.1\r\n{host}\r\n": 414,
        f"GET /records/?{QUERY} HTTP/1.1\r\n{host}Referer: {SECRET}{'x' * 40_000}\r\n\r\n": 400,
        f"get /records/?{QUERY} HTTP/1.1\r\n{host}\r\n": 400,
        f"GET /records/%zz?{QUERY} HTTP/1.1\r\n{host}\r\n": 400,
        f"GET https://portal.test/records/?{QUERY} HTTP/1.1\r\n{host}{referer}\r\n": 200,
    }

    with started(folder, upstream=portal.server_port) as proxy:
        for text in sent:
            proxy.send(text)
        proxy.send(f"GET /accounts/link/?{QUERY} HTTP/1.1\r\n{host}{referer}\r\n", plain=True)
        proxy.send(f"POST /?{QUERY} nonsense HTTP/1.1\r\n{host}\r\n", plain=True)
        lines = told(proxy, count=len(sent) + 2)

    assert [status for _, _, status in lines] == [*sent.values(), 301, 400]
    assert {path for _, path, _ in lines} <= {"", "/records/", "/accounts/link/"}
    assert_keeps_secrets(proxy)


def test_nginx_that_cannot_start_says_why(folder, portal):
    (folder / "tls_key").unlink()

    with pytest.raises(AssertionError, match="tls_key"), started(folder, upstream=portal.server_port):
        pass
