"""What the content security policy and the house style forbid in every template."""

import re

import pytest
from django.conf import settings
from django.template.loader import get_template, render_to_string

ROOT = settings.BASE_DIR / "templates"
TEMPLATES = sorted(str(path.relative_to(ROOT)) for path in ROOT.rglob("*.html"))
# Pages on paper are read by WeasyPrint and not by a browser.
PAGES = [name for name in TEMPLATES if not name.startswith("reports/")]
FORBIDDEN = {
    "inline style": r"<style|\sstyle\s*=",
    "inline script": r"<script(?![^>]*\ssrc=)|\son[a-z]+\s*=|javascript:",
    "unescaped output": r"\|\s*safe\b|safeseq|autoescape\s+off",
    "arithmetic": r"\|\s*add:(?![\"'])|\|\s*divisibleby|widthratio",
    "address outside the portal": r"(src|href|action)=[\"']https?:",
}
ERRORS = {
    "400.html": "请求无法识别",
    "403.html": "没有办理权限",
    "403_csrf.html": "页面已过期",
    "404.html": "没有找到这个页面",
    "500.html": "平台出了故障",
}


@pytest.mark.parametrize("rule", FORBIDDEN)
def test_templates_hold_the_rule(rule):
    offenders = [
        name for name in PAGES if re.search(FORBIDDEN[rule], (ROOT / name).read_text(), re.IGNORECASE)
    ]

    assert offenders == []


@pytest.mark.parametrize(
    ("rule", "markup"),
    [
        ("inline style", '<p style="color: red">'),
        ("inline script", "<script>alert(1)</script>"),
        ("inline script", '<a onclick="go()">'),
        ("unescaped output", "{{ name | safe }}"),
        ("arithmetic", "{{ count|add:1 }}"),
        ("address outside the portal", '<img src="https://example.org/a.png">'),
    ],
)
def test_rule_sees_an_offence(rule, markup):
    assert re.search(FORBIDDEN[rule], markup, re.IGNORECASE)


@pytest.mark.parametrize("name", TEMPLATES)
def test_template_compiles(name):
    assert get_template(name).template.name == name


@pytest.mark.parametrize("name", PAGES)
def test_template_is_short(name):
    assert len((ROOT / name).read_text().splitlines()) <= 150


def test_icons_used_are_drawn():
    drawn = set(
        re.findall(r'<symbol id="([a-z-]+)"', (settings.BASE_DIR / "static/img/icons.svg").read_text())
    )
    used = set()
    for name in TEMPLATES:
        used.update(re.findall(r'icon\.html" with name="([a-z-]+)"', (ROOT / name).read_text()))

    assert sorted(used - drawn) == []


@pytest.mark.parametrize("name", ERRORS)
def test_error_page_stands_without_request_or_database(name):
    html = render_to_string(name)

    assert re.findall(r"<h1>(.*?)</h1>", html) == [ERRORS[name]]
    assert "<li>" in html.split("接下来可以")[1]
