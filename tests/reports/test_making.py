import json
import subprocess
from datetime import date
from io import BytesIO

import pytest
from django.core.management import CommandError, call_command
from python_calamine import CalamineWorkbook

from portal.reports import making
from portal.reports.archive import restored
from portal.reports.models import ReportKind
from portal.reports.paper import EXCERPT, MOST_ROWS, cut
from tests.reports.conftest import DAY

TODAY = date(2026, 6, 9)
ALL = ["pdf", "xlsx", "json"]


def made(kind, place):
    content = making.build(kind, place, on=DAY, made_on=TODAY)
    return {file.format: file for file in making.files_of(content, ALL)}


def pdf_text(data):
    return subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=data, capture_output=True, check=True
    ).stdout.decode()


def sheet(data, name):
    return CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_name(name).to_python()


def test_quota_figures_agree_in_all_three_files(councils, city):
    files = made(ReportKind.QUOTA, city)
    content = restored(ReportKind.QUOTA, json.loads(files["json"].content))
    text = pdf_text(files["pdf"].content)
    rows = sheet(files["xlsx"].content, "明细")

    assert [(row[0], row[3], row[4], row[5], row[8]) for row in rows[1:]] == [
        (row.place.code, quota.body.label, quota.total, quota.counted, quota.verdict.label)
        for row in content.rows
        for quota in row.bodies
    ]
    assert ["需调整席位合计", 1, ""] in sheet(files["xlsx"].content, "汇总")
    assert "33.3%" in text
    assert "2/6人 ≥40%" in text
    assert "将1席调整为基层一线人员" in text.replace("\n", "").replace(" ", "")


def test_reform_figures_agree_in_all_three_files(councils, city):
    files = made(ReportKind.REFORM, city)
    content = restored(ReportKind.REFORM, json.loads(files["json"].content))
    text = pdf_text(files["pdf"].content)
    rows = sheet(files["xlsx"].content, "逾期事项")

    assert [(row[0], row[3], row[5], row[6]) for row in rows[1:]] == [
        (item.place.code, item.milestone.label, item.deadline, item.days_overdue) for item in content.overdue
    ]
    assert "核实率16.6%" in text.replace("\n", "")
    assert [line for line in text.split("\n") if "181" in line]


@pytest.mark.parametrize("kind", ReportKind)
def test_files_made_from_the_stored_content_are_the_same_bytes(councils, city, kind):
    files = made(kind, city)
    content = restored(kind, json.loads(files["json"].content))

    again = {file.format: file for file in making.files_of(content, ALL)}

    assert again == files


def test_workbook_travels_inside_the_pdf(councils, city, tmp_path):
    files = made(ReportKind.QUOTA, city)
    pdf = tmp_path / "report.pdf"
    pdf.write_bytes(files["pdf"].content)

    subprocess.run(["pdfdetach", "-saveall", "-o", tmp_path, pdf], check=True, capture_output=True)

    assert (tmp_path / files["xlsx"].name).read_bytes() == files["xlsx"].content


def test_table_that_fits_is_whole():
    table = cut(range(MOST_ROWS))

    assert (table.rows, table.total, table.is_excerpt) == (range(MOST_ROWS), MOST_ROWS, False)


def test_longer_table_shows_its_worst_rows():
    table = cut(range(MOST_ROWS + 1), worst=lambda number: number)

    assert list(table.rows) == list(range(MOST_ROWS, MOST_ROWS - EXCERPT, -1))
    assert (table.total, table.is_excerpt) == (MOST_ROWS + 1, True)


def test_command_makes_the_same_three_files_twice(councils, county, tmp_path):
    names = [f"360102-基层一线比例合规报告-2021-06-30.{kind}" for kind in ("json", "pdf", "xlsx")]

    for folder in ("one", "two"):
        call_command("make_report", "quota", "360102", on="2021-06-30", out=tmp_path / folder)

    assert sorted(path.name for path in (tmp_path / "one").iterdir()) == names
    assert [(tmp_path / "one" / name).read_bytes() for name in names] == [
        (tmp_path / "two" / name).read_bytes() for name in names
    ]


@pytest.mark.parametrize(
    ("code", "options", "message"),
    [
        ("999999", {}, "没有代码为 999999 的协会"),
        ("360102", {"on": "2021-02-30"}, "日历上没有“2021-02-30”这一天，请检查月份和日期。"),
        ("360102", {"format": "doc"}, "没有这种格式：doc；可选 pdf、xlsx、json"),
    ],
)
def test_command_refuses_nonsense_in_words(county, tmp_path, code, options, message):
    with pytest.raises(CommandError, match=message):
        call_command("make_report", "quota", code, out=tmp_path, **options)
