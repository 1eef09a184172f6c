import re

import pytest

from tests.lib.report_sample import sample_html


def test_report_page_heads_with_issuer_number_and_title():
    html = sample_html(rows=1)

    assert '<p class="issuer">南昌市计划生育协会<span class="kind">统计报告</span></p>' in html
    assert '<p class="document-number">洪计协〔2026〕12号</p>' in html
    assert re.findall(r'class="title-line">([^<]+)<', html) == [
        "关于全市计划生育协会",
        "基层一线比例合规情况的报告",
    ]
    assert '<p class="addressee">江西省计划生育协会：</p>' in html


def test_report_page_without_number_and_addressee_leaves_both_out():
    html = sample_html(rows=1, document_number="", addressee="")

    assert re.findall(r'class="(document-number|addressee)"', html) == []


@pytest.mark.parametrize(
    ("issuer", "size"),
    [
        ("南昌市计划生育协会", "issuer"),
        ("南昌市东湖区计划生育协会", "issuer issuer-long"),
        ("双江拉祜族佤族布朗族傣族自治县计划生育协会", "issuer issuer-longest"),
    ],
)
def test_report_page_sets_a_long_issuer_smaller(issuer, size):
    html = sample_html(rows=1, issuer=issuer)

    assert f'<p class="{size}">{issuer}<span class="kind">统计报告</span></p>' in html


def test_report_page_escapes_what_was_typed():
    html = sample_html(rows=1, issuer="<script>alert(1)</script>", title_lines=["<img src=x>"])

    assert re.findall(r"<script|<img", html) == []


def test_report_page_links_its_stylesheet_only_on_a_web_page():
    paper, page = sample_html(rows=1), sample_html(rows=1, preview=True)

    assert re.findall(r"<link[^>]+>", paper) == []
    assert re.findall(r'<link rel="stylesheet" href="([^"]+)">', page) == [
        "/static/css/report.css",
        "/static/css/report-preview.css",
    ]


def test_report_page_has_no_inline_style_or_script():
    assert re.findall(r"\sstyle=|<style|<script|\son\w+=", sample_html(rows=1, preview=True)) == []
