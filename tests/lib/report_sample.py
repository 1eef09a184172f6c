"""A report of three pages and more that shows every block of the paper page; figures are made up."""

from decimal import Decimal
from pathlib import Path

from django.template import engines

from portal.lib import charts
from portal.lib.figures import percent_cut
from portal.lib.line_chart import Series, lines
from portal.lib.svg import Tone

COUNTIES = ("东湖区", "西湖区", "青云谱区", "青山湖区", "新建区", "红谷滩区", "南昌县", "安义县", "进贤县")
BODY = (Path(__file__).parent / "report_sample.html").read_text(encoding="utf-8")


def sample_html(*, rows=100, preview=False, **changes):
    context = {
        "issuer": "南昌市计划生育协会",
        "document_number": "洪计协〔2026〕12号",
        "title_lines": ["关于全市计划生育协会", "基层一线比例合规情况的报告"],
        "addressee": "江西省计划生育协会",
        "signed_day": "2026年7月1日",
        "data_time": "2026年6月30日24时",
        "preview": preview,
        "bars": _bars(),
        "shares": _shares(),
        "trend": _trend(),
        "rows": [_row(number) for number in range(1, rows + 1)],
    }
    return engines["django"].from_string(BODY).render(context | changes)


def _row(number):
    total, counted = 40 + number % 17, 12 + number % 13
    met = counted * 100 >= 40 * total
    return {
        "number": number,
        "name": f"{COUNTIES[number % 9]}第{number}街道计划生育协会",
        "total": total,
        "counted": counted,
        "percent": percent_cut(counted, total),
        "tone": "met" if met else "short",
        "verdict": "达标" if met else "未达标",
    }


def _bars():
    values = [
        Decimal(value) for value in ("46.1", "39.9", "40.0", "52.3", "31.7", "44.4", "60.2", "28.5", "41.5")
    ]
    bars = [
        charts.Bar(label=name, value=value, shown=f"{value}%", tone=Tone.MET if value >= 40 else Tone.SHORT)
        for name, value in zip(COUNTIES, values, strict=True)
    ]
    target = charts.Target(value=40, label="要求 ≥40%")
    return charts.horizontal_bars(
        title="各县（区）比例", description="九个县（区）", bars=bars, target=target, top=100
    )


def _shares():
    parts = [
        charts.Part(label="达标", value=61, shown="61个", tone=Tone.MET),
        charts.Part(label="未达标", value=33, shown="33个", tone=Tone.SHORT),
        charts.Part(label="未建", value=6, shown="6个", tone=Tone.NONE),
    ]
    return charts.share_bar(title="达标情况", description="一百个机构", parts=parts)


def _trend():
    labels = [f"2025-{month:02d}" for month in range(7, 13)] + [f"2026-{month:02d}" for month in range(1, 7)]
    values = [40, 42, 42, 45, 47, 50, 50, 53, 55, 58, 60, 61]
    series = [Series(label="达标占比", values=values, shown="61.0%", tone=Tone.MET)]
    return lines(title="达标机构占比", description="十二个月", labels=labels, series=series, top=100)
