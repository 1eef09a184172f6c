import io
import re
import zipfile
from xml.sax.saxutils import escape

import pytest
from python_calamine import CalamineWorkbook

from portal.lib.tables.places import letter_of
from portal.records.importing.books import template
from portal.records.importing.registry import registered, type_of
from portal.records.importing.sealed_files import opened
from tests import factories
from tests.lib.tables.files import changed

from .steps import checked, counts, file_of, id_number, imported, told

TYPES = {each.slug: each for each in registered()}


@pytest.fixture
def village(county):
    factories.association("360102001")
    return factories.association("360102001001")


def filled(import_type):
    """The template with its own examples typed into the first row."""
    cells = "".join(
        f'<c r="{letter_of(at)}2" t="inlineStr"><is><t>{escape(column.example)}</t></is></c>'
        for at, column in enumerate(import_type.columns)
    )

    def edit(name, part):
        if name != "xl/worksheets/sheet1.xml":
            return part
        return part.replace(b"</sheetData>", f'<row r="2">{cells}</row></sheetData>'.encode())

    return changed(template(import_type), edit)


def test_examples_of_every_template_are_taken(office, village):
    order = ("groups", "people", "memberships", "organisations", "households", "volunteers")

    batches = {slug: imported(office, slug, filled(TYPES[slug])) for slug in order}

    assert {slug: (batch.standing, told(batch), counts(batch)) for slug, batch in batches.items()} == {
        slug: ("已完成", [], (1, 0, 0, 0)) for slug in order
    }


def test_template_explains_columns_offers_choices_and_keeps_texts():
    content = template(TYPES["memberships"])

    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    notes = {row[0]: row[1:] for row in book.get_sheet_by_name("说明").to_python()}
    sheet = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml").decode()

    assert book.sheet_names == ["会员", "说明"]
    assert book.get_sheet_by_name("会员").to_python() == [list(TYPES["memberships"].headers)]
    assert notes["性别"] == ["选填", "下拉列表中的一项", "女", "须与身份证号一致；可选：女、男"]
    assert notes["入会日期"][0] == "必填"
    assert len(re.findall("<dataValidation ", sheet)) == 5
    assert '<formula1>"女,男"</formula1>' in sheet
    assert len(re.findall(r"<col min=.* style=", sheet)) > 0


def test_template_is_the_same_every_time():
    assert template(TYPES["people"]) == template(TYPES["people"])


def test_workbook_of_errors_has_the_file_as_sent_and_the_reasons(office, county):
    rows = [
        {"协会代码": 360102, "姓名": "会员甲", "身份证号": id_number(1), "入会日期": "2021-05-29"},
        {"协会代码": "360102", "姓名": "会员乙", "身份证号": id_number(3), "骨干会员": "对", "电话": "=1+1"},
    ]

    batch = checked(office, "memberships", file_of("memberships", rows))
    content = opened(batch.errors_key).getvalue()
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name("会员").to_python()

    headers = [*type_of("memberships").headers, "错误原因"]
    first, second = (dict(zip(headers, row, strict=True)) for row in sheet[1:])
    assert sheet[0] == headers
    assert (first["协会代码"], first["姓名"], first["错误原因"]) == (360102, "会员甲", "")
    assert second["电话"] == "=1+1"
    assert second["错误原因"] == (
        "骨干会员：应为“是”或“否”，这里是“对”；入会日期：入会日期必填，应为日期，年在前，如 2026-06-09"
    )


def test_files_lie_sealed_on_the_disk(office, county, settings):
    number = id_number(1)
    row = {"协会代码": "360102", "姓名": "会员甲", "身份证号": number}
    lines = ",".join(type_of("memberships").headers) + f"\r\n360102,会员甲,{number}"

    batch = checked(office, "memberships", lines.encode())
    checked(office, "memberships", file_of("memberships", [row]))

    kept = [path.read_bytes() for path in settings.FILES_DIR.rglob("*") if path.is_file()]
    assert len(kept) == 4
    assert not any(number.encode() in content or content.startswith(b"PK") for content in kept)
    assert number.encode() in opened(batch.file_key).getvalue()
