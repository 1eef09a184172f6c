"""What the portal's processes write down of a request: its path, and nothing that stands behind it."""

import io
import json
import logging
import os
import socket
import subprocess
import sys
from contextlib import suppress

import pytest
from django.test import Client
from structlog.stdlib import ProcessorFormatter

from portal.lib.logs import without_queries
from tests.patience import SECONDS, wait_until

SECRET = "s3cret-of-a-link"
HOST = "127.0.0.1"


@pytest.fixture
def lines():
    """Read what the portal's own handler has written since."""
    (handler,) = [one for one in logging.root.handlers if isinstance(one.formatter, ProcessorFormatter)]
    before = handler.setStream(written := io.StringIO())
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    handler.setStream(before)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("/records/people/?q=某姓名", "/records/people/"),
        ("GET /a/?q=1 HTTP/1.1", "GET /a/ HTTP/1.1"),
        ("https://portal/a/?q=1&r=2 does not match", "https://portal/a/ does not match"),
        ('"POST /accounts/link/#code"', '"POST /accounts/link/"'),
        ("/accounts/link/%23code /a%3Fkey=1 /a%3fkey=1", "/accounts/link/ /a /a"),
        ("号码？#1 is no address", "号码？#1 is no address"),
    ],
)
def test_addresses_are_cut_at_their_query(text, kept):
    assert without_queries(None, "", {"event": text, "code": 404}) == {"event": kept, "code": 404}


@pytest.mark.parametrize("mangled", [f"open/%23{SECRET}", f"%3Fkey={SECRET}", f"?key={SECRET}"])
def test_mangled_link_is_told_by_its_path(client, db, lines, mangled):
    client.get(f"/accounts/link/{mangled}")

    written = lines()
    assert {line["event"] for line in written} >= {"request_finished"}
    assert SECRET not in str(written)


def test_refused_form_is_told_without_its_referer(db, lines):
    client = Client(enforce_csrf_checks=True)
    referer = f"https://other.example.org/records/people/?q={SECRET}"

    status = client.post("/accounts/sign-in/", secure=True, headers={"referer": referer}).status_code

    (refusal,) = [line["event"] for line in lines() if line["logger"] == "django.security.csrf"]
    assert (status, "https://other.example.org/records/people/" in refusal) == (403, True)
    assert SECRET not in refusal


@pytest.mark.parametrize("name", ["gunicorn.error", "django.server", "anything"])
def test_every_logger_writes_json_without_queries(lines, name):
    try:
        raise ValueError(f"/a/?key={SECRET}")
    except ValueError:
        logging.getLogger(name).exception("Error handling request %s", f"/a/?key={SECRET}")

    (line,) = lines()
    assert (line["event"], line["logger"], SECRET in str(line)) == ("Error handling request /a/", name, False)


@pytest.fixture
def gunicorn(tmp_path):
    """The portal under its web server, and what both write."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    log = tmp_path / "log"
    web = ["gunicorn", "--no-control-socket", "--bind", f"{HOST}:{port}", "--workers", "1", "portal.wsgi"]
    with log.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", *web], stdout=file, stderr=file, env=os.environ | {"HTTPS": "0"}
        )
    yield port, log
    process.terminate()
    process.wait(SECONDS)


def is_open(port: int) -> bool:
    with suppress(ConnectionRefusedError), socket.create_connection((HOST, port), SECONDS):
        return True
    return False


def send(port: int, line: str) -> str:
    request = f"{line}\r\nHost: localhost\r\nReferer: /a/?{SECRET}\r\nConnection: close\r\n\r\n"
    with socket.create_connection((HOST, port), SECONDS) as opened:
        opened.sendall(request.encode())
        return opened.makefile().readline().split()[1]


def test_web_server_keeps_queries_to_itself(gunicorn):
    port, log = gunicorn
    wait_until(lambda: is_open(port), log.read_text)

    statuses = [
        send(port, f"GET /healthz?q={SECRET} HTTP/1.1"),
        send(port, f"GET /nothing/?q={SECRET} HTTP/1.1"),
        send(port, f"GET /healthz?q={SECRET} HTTP/9.9"),
        send(port, f"GET /healthz?q={SECRET}"),
    ]

    written = log.read_text()
    assert statuses == ["200", "404", "400", "400"]
    assert ("GET /healthz" in written, SECRET in written) == (True, False)
