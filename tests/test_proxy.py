"""The web server of docker-compose.yml, started as it stands there: what it writes down of a request."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.nginx import HOST, Proxy, free_port, started, write_certificate

SECRET = "s3cret-of-a-link"
NAME = "%E6%9F%90%E5%A7%93%E5%90%8D"
QUERY = f"key={SECRET}&q={NAME}"
TOLD = {"User-Agent": f"agent-{SECRET}", "Referer": f"https://portal.test/records/people/?{QUERY}"}
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


@pytest.fixture
def folder(tmp_path):
    write_certificate(tmp_path)
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
            proxy.ask(f"/records/people/?{QUERY}", TOLD),
            proxy.ask(f"/accounts/link/?{QUERY}", TOLD),
            # As mail programs mangle a link.
            proxy.ask(f"/accounts/link/open/%23{SECRET}", TOLD),
            proxy.ask(f"/accounts/link/%3Fkey={SECRET}", TOLD),
            proxy.ask(f"/metrics?{QUERY}", TOLD),
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
        status = proxy.ask(f"/accounts/link/?{QUERY}", TOLD)
        (line,) = proxy.lines(1)

    assert status == 502
    assert (line["path"], line["status"], line["upstream_status"]) == ("/accounts/link/", 502, "502")
    assert_keeps_secrets(proxy)


def test_portal_that_breaks_off_is_told_by_its_status_alone(folder, portal):
    with started(folder, upstream=portal.server_port) as proxy:
        status = proxy.ask(f"/breaks-off/?{QUERY}", TOLD)
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
