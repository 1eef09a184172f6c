"""The forms of a page as a browser would send them, each field filled with something that fits."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from io import BytesIO
from urllib.parse import urljoin, urlsplit

TEXT = "测试内容一二三四五"
PDF = b"%PDF-1.7\n%%EOF"
NEVER_SENT = {"submit", "button", "image", "reset"}


@dataclass(kw_only=True)
class HtmlForm:
    """`days` are the names of its day fields; `values` what it would send if nobody typed a day."""

    path: str
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)
    days: list[str] = field(default_factory=list)
    files: set[str] = field(default_factory=set)

    def filled(self, name: str, day: str, *, other: str) -> dict[str, object]:
        """Return what is sent with one day given, and `other` in the day fields that are required."""
        files = {each: named(BytesIO(PDF), "测试.pdf") for each in self.files}
        others = {each: self.values.get(each) or [other] for each in self.days}
        return self.values | files | others | {name: [day]}


def named(file: BytesIO, name: str) -> BytesIO:
    file.name = name
    return file


class _Reader(HTMLParser):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self.forms: list[HtmlForm] = []
        self.form: HtmlForm | None = None
        self.select = self.area = ""

    def handle_starttag(self, tag, attrs):
        had = dict(attrs)
        if tag == "form":
            address = urlsplit(urljoin(f"http://testserver{self.path}", had.get("action") or "")).path
            self.form = HtmlForm(path=address, method=(had.get("method") or "get").upper())
            self.forms.append(self.form)
        elif self.form is None or "disabled" in had:
            return
        elif tag == "input" and had.get("name"):
            self._input(had)
        elif tag == "select" and had.get("name"):
            self.select = had["name"]
        elif tag == "option" and self.select and had.get("value"):
            if "selected" in had or self.select not in self.form.values:
                self.form.values[self.select] = [had["value"]]
        elif tag == "textarea" and had.get("name"):
            self.area = had["name"]
            self.form.values[self.area] = [TEXT]

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = None
        elif tag == "select":
            self.select = ""

    def _input(self, had):
        name, kind, value = had["name"], had.get("type", "text"), had.get("value") or ""
        values = self.form.values
        if kind == "date":
            self.form.days.append(name)
            if value:
                values[name] = [value]
        elif kind in ("checkbox", "radio"):
            if "checked" in had or name not in values:
                values[name] = [value or "on"]
        elif kind == "file":
            self.form.files.add(name)
        elif kind == "number":
            values[name] = [value or had.get("min") or "1"]
        elif kind not in NEVER_SENT:
            # A code of a place would filter everything away or be refused: empty as it was.
            is_optional = "required" not in had or kind == "hidden"
            values[name] = [value or ("" if is_optional else TEXT)]


def forms_in(html: str, *, path: str) -> list[HtmlForm]:
    """Return the forms of a page that ask for a day."""
    reader = _Reader(path)
    reader.feed(html)
    return [form for form in reader.forms if form.days]
