"""The components with made-up figures, for those who build pages; there only while DEBUG is on."""

from datetime import date, datetime
from decimal import Decimal

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from portal.lib.dates import BEIJING
from portal.lib.form_fields import DayField
from portal.lib.page_parts import (
    Action,
    AssociationPicker,
    Crumb,
    Fact,
    PageLink,
    PickerLevel,
    PickerOption,
    Tab,
    Version,
)

TODAY = date(2026, 6, 9)
AS_OF = date(2021, 6, 30)
COMPUTED_AT = datetime(2026, 6, 9, 8, 30, tzinfo=BEIJING)
LEVELS = [("", "全部层级"), ("3", "县（区）"), ("4", "乡（镇、街道）")]


class SampleFilter(forms.Form):
    q = forms.CharField(label="名称", required=False)
    level = forms.ChoiceField(label="层级", choices=LEVELS, required=False)
    established = forms.BooleanField(label="只看应建未建", required=False)


class SampleForm(forms.Form):
    number = forms.CharField(label="文号", help_text="例如 东府办〔2020〕18号，六角括号可以直接复制。")
    dated_on = DayField(label="成文日期")
    forms_of_issue = forms.MultipleChoiceField(
        label="印发方式",
        choices=[("issued", "印发"), ("forwarded", "转发")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    remark = forms.CharField(label="说明", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    proof = forms.FileField(label="佐证文件", help_text="PDF、JPG 或 PNG，不超过 20 MB。")


def sample_picker() -> AssociationPicker:
    return AssociationPicker(
        name="association",
        legend="选择协会",
        url="/associations/picker/",
        code="360102",
        path=("江西省", "南昌市", "东湖区"),
        levels=(
            PickerLevel(
                label="省",
                parent_code="",
                options=(PickerOption(code="36", name="江西省", is_selected=True),),
                is_locked=True,
            ),
            PickerLevel(
                label="市",
                parent_code="36",
                options=(
                    PickerOption(code="3601", name="南昌市", is_selected=True),
                    PickerOption(code="3604", name="九江市"),
                ),
            ),
            PickerLevel(
                label="县（区）",
                parent_code="3601",
                options=(
                    PickerOption(code="360102", name="东湖区", is_selected=True),
                    PickerOption(code="360103", name="西湖区"),
                ),
            ),
            PickerLevel(
                label="乡（镇、街道）",
                parent_code="360102",
                options=(PickerOption(code="360102001", name="公园街道"),),
            ),
        ),
        query="hu",
        results=(
            PickerOption(code="360102", name="江西省 / 南昌市 / 东湖区"),
            PickerOption(code="360103", name="江西省 / 南昌市 / 西湖区"),
        ),
    )


HEAT_ROWS = (
    ("东湖区", (("100%", 5), ("83.3%", 4), ("66.6%", 3))),
    ("西湖区", (("58.0%", 2), ("33.3%", 1), ("0.0%", 0))),
    ("青云谱区", (("75.0%", 3), ("无规定", None), ("50.0%", 2))),
)
SAMPLES = {
    "today": TODAY,
    "as_of": AS_OF,
    "computed_at": COMPUTED_AT,
    "crumbs": (
        Crumb(name="江西省", url="/?code=36"),
        Crumb(name="南昌市", url="/?code=3601"),
        Crumb(name="东湖区"),
    ),
    "actions": (
        Action(label="导出", url="#table_toolbar", icon="download"),
        Action(label="新建", url="#table_toolbar", icon="plus", kind="primary"),
    ),
    "create": Action(label="建立协会", url="#empty_state", icon="plus", kind="primary"),
    "percent_met": Decimal("40.0"),
    "percent_short": Decimal("39.9"),
    "required": Decimal(40),
    "heat_rows": HEAT_ROWS,
    "verdicts": (
        ("met", "达标"),
        ("short", "不达标"),
        ("no_council", "未建"),
        ("no_rule", "无规定"),
        ("not-started", "未启动"),
        ("in-progress", "进行中"),
        ("claimed", "已申报"),
        ("returned", "已退回"),
        ("verified", "已核实"),
        ("overdue", "逾期"),
        ("late", "迟报"),
    ),
    "tabs": (
        Tab(label="基本情况", url="#tabs", is_current=True),
        Tab(label="理事会", url="#tabs"),
        Tab(label="改革", url="#tabs"),
        Tab(label="历史", url="#tabs"),
    ),
    "facts": (
        Fact(label="名称", value="东湖区计划生育协会"),
        Fact(label="代码", value="360102"),
        Fact(label="上级", value="南昌市计划生育协会", url="#definition_list"),
        Fact(label="电话", value=""),
    ),
    "numbers": (
        PageLink(label="1", url="?page=1"),
        PageLink(label="2", is_current=True),
        PageLink(label="3", url="?page=3"),
        PageLink(label="…"),
        PageLink(label="9", url="?page=9"),
    ),
    "versions": (
        Version(label="文号", saved="东府办〔2020〕18号", yours="东府办〔2020〕8号"),
        Version(label="成文日期", saved="2020-12-31", yours="2020-12-31"),
    ),
    "consequences": (
        "东湖区计划生育协会自 2021-07-01 起不再计入已建；",
        "在任的 43 名理事同日卸任，历史档案保留。",
    ),
    "kept": (("on", "2021-07-01"),),
}


# Its sample forms are sent to itself.
@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def gallery(request: HttpRequest) -> HttpResponse:
    messages.success(request, "已保存，2026-06-09 08:30。")
    messages.warning(request, "本协会的届期将在 6 个月内届满。")
    messages.error(request, "文件超过 20 MB，没有上传。")
    return render(
        request,
        "dashboards/gallery.html",
        SAMPLES
        | {
            "filter_form": SampleFilter(request.GET or None),
            "form": SampleForm({"number": "东府办〔2020〕18号", "remark": "由区政府办公室印发。"}),
            "picker": sample_picker(),
        },
    )
