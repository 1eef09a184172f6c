import gc
import subprocess
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from portal.lib import pdf
from portal.lib.dates import BEIJING
from tests.lib.report_sample import sample_html

DATA_TIME = datetime(2026, 6, 30, 16, 0, tzinfo=BEIJING)
WORKBOOK = pdf.Embedded(name="明细.xlsx", content=b"PK\x03\x04 rows", description="明细表")


@pytest.fixture(scope="module")
def sample():
    return pdf.render_pdf(sample_html(), data_time=DATA_TIME, embedded=[WORKBOOK])


@pytest.fixture
def asked():
    """Addresses that somebody asked a web server on this machine for."""
    paths = []

    class Canary(BaseHTTPRequestHandler):
        def do_GET(self):
            paths.append(self.path)
            self.send_error(404)

        def log_message(self, *words):
            pass

    server = HTTPServer(("127.0.0.1", 0), Canary)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port, paths
    server.shutdown()
    server.server_close()


def shown_by(command, content, tmp_path, *options):
    file = tmp_path / "report.pdf"
    file.write_bytes(content)
    return subprocess.run([command, *options, file, *(["-"] if command == "pdftotext" else [])], check=True,
                          capture_output=True, text=True).stdout  # fmt: skip


def test_render_pdf_of_the_same_report_is_the_same_bytes(sample):
    assert pdf.render_pdf(sample_html(), data_time=DATA_TIME, embedded=[WORKBOOK]) == sample


def test_render_pdf_text_can_be_searched_and_pages_are_numbered(sample, tmp_path):
    pages = shown_by("pdftotext", sample, tmp_path, "-layout").split("\f")

    assert "南昌市计划生育协会统计报告" in pages[0]
    assert "洪计协〔2026〕12号" in pages[0]
    assert [page.split()[-1] for page in pages[:3]] == ["—1—", "—2—", "—3—"]


def test_render_pdf_repeats_the_table_head_and_loses_no_row(sample, tmp_path):
    pages = shown_by("pdftotext", sample, tmp_path, "-layout").split("\f")

    tables = [page for page in pages if "街道计划生育协会" in page]
    assert [page.count("序号") for page in tables] == [1] * len(tables)
    assert sum(page.count("街道计划生育协会") for page in tables) == 100


def test_render_pdf_dates_come_from_the_data_time(sample, tmp_path):
    facts = dict(
        line.split(":", 1) for line in shown_by("pdfinfo", sample, tmp_path, "-rawdates").splitlines()
    )

    assert facts["CreationDate"].strip() == "D:20260630160000+08'00"
    assert facts["ModDate"].strip() == "D:20260630160000+08'00"
    assert facts["Title"].strip() == "关于全市计划生育协会基层一线比例合规情况的报告"


def test_render_pdf_embeds_every_font(sample, tmp_path):
    rows = [line.split() for line in shown_by("pdffonts", sample, tmp_path).splitlines()[2:]]

    assert sorted((row[0].split("+")[1], *row[-5:-2]) for row in rows) == [
        ("AR-PL-UKai-CN", "yes", "yes", "yes"),
        ("Noto-Sans-CJK-SC", "yes", "yes", "yes"),
        ("Noto-Serif-CJK-SC", "yes", "yes", "yes"),
        ("Noto-Serif-CJK-SC-Bold", "yes", "yes", "yes"),
    ]


def test_render_pdf_is_archival_and_carries_the_workbook(sample, tmp_path):
    file = tmp_path / "report.pdf"
    file.write_bytes(sample)

    subprocess.run(["pdfdetach", "-saveall", "-o", tmp_path, file], check=True, capture_output=True)

    assert (tmp_path / "明细.xlsx").read_bytes() == WORKBOOK.content
    metadata = shown_by("pdfinfo", sample, tmp_path, "-meta")
    assert ('pdfaid:part="3"' in metadata, 'pdfaid:conformance="U"' in metadata) == (True, True)


def test_render_pdf_fetches_nothing(asked, tmp_path):
    port, paths = asked
    secret = tmp_path / "secret.txt"
    secret.write_text("机密")
    web = f"http://127.0.0.1:{port}"
    html = f"""<html><head><link rel="stylesheet" href="{web}/a.css"><style>@import url({web}/b.css);
      @font-face {{ font-family: x; src: url({web}/c.woff2) }} p {{ background: url({web}/d.png) }}</style>
      <link rel="attachment" href="file://{secret}"></head><body><p style="font-family: x">正文</p>
      <img src="{web}/e.png"><img src="file://{secret}"><object data="{web}/f.svg"></object>
      <svg><image href="{web}/g.png" width="9" height="9"/><use href="{web}/h.svg#i"/></svg></body></html>"""

    content = pdf.render_pdf(html, data_time=DATA_TIME)

    assert paths == []
    assert shown_by("pdftotext", content, tmp_path).split() == ["正文", "—1—"]
    assert shown_by("pdfdetach", content, tmp_path, "-list").strip() == "0 embedded files"


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "http://127.0.0.1/", "ftp://127.0.0.1/", "data:,x", "x"]
)
def test_no_fetcher_refuses_every_address(address):
    with pytest.raises(pdf.RefusedFetch, match="refused"):
        pdf.NoFetcher().fetch(address)


def test_render_pdf_leaves_the_collector_running():
    pdf.render_pdf("<p>正文</p>", data_time=DATA_TIME)

    assert gc.isenabled() is True


def test_fonts_available_knows_whole_and_missing_families(monkeypatch):
    pdf.fonts_available.cache_clear()
    whole = pdf.fonts_available()
    monkeypatch.setattr(pdf, "FREE_FAMILIES", ("Noto Serif CJK SC", "No Such Family"))
    pdf.fonts_available.cache_clear()
    missing = pdf.fonts_available()
    pdf.fonts_available.cache_clear()

    assert (whole, missing) == (True, False)


def test_harfbuzz_subset_available_here():
    assert pdf.harfbuzz_subset_available() is True
