from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from associations.enums import Kind, Level
from associations.models import Association
from associations.permissions import load_association, load_from_above
from associations.register import actions, succession_actions
from associations.register.forms import (
    DissolveForm,
    EstablishForm,
    MergeForm,
    RecodeForm,
    RenameForm,
    SplitForm,
    UnitForm,
)
from associations.register.page_head import crumbs_to
from associations.register.picker import build_picker
from associations.register.queries import visible_by_code
from associations.register.succession_queries import RecodePreview, preview_merge, preview_recode
from portal.accounts.roles import Permission
from portal.lib.dates import official_day, today
from portal.lib.findings import RuleViolation
from portal.lib.page_parts import Crumb
from portal.records.forms import show_findings


@require_http_methods(["GET", "HEAD", "POST"])
def establish(request: HttpRequest, code: str) -> HttpResponse:
    association = load_association(request, code, Permission.EDIT_RECORDS)
    if association.established_on and not association.dissolved_on:
        since = official_day(association.established_on)
        return closed_page(request, association, title="登记成立", reason=f"该协会已于{since}成立")
    form = EstablishForm(request.POST or None, initial={"seen": association.version})
    facts = {"association": association, "by": request.user, "today": today()}
    if is_saved(form, lambda values: actions.establish(**facts, **values)):
        return done(request, association, f"已登记{association.short_name}协会成立")
    return form_page(request, association, form, title="登记成立", button="保存")


@require_http_methods(["GET", "HEAD", "POST"])
def dissolve(request: HttpRequest, code: str) -> HttpResponse:
    association = load_association(request, code, Permission.EDIT_RECORDS)
    if association.dissolved_on:
        since = official_day(association.dissolved_on)
        return closed_page(request, association, title="登记撤销", reason=f"该协会已于{since}撤销")
    form = DissolveForm(request.POST or None, initial={"seen": association.version})
    facts = {"association": association, "by": request.user, "today": today()}
    if is_saved(form, lambda values: actions.dissolve(**facts, **values)):
        return done(request, association, f"已登记{association.short_name}协会撤销")
    return form_page(
        request,
        association,
        form,
        title="登记撤销",
        button="撤销协会",
        confirm=f"撤销“{association.name}”？自次日起不再计为已建，档案保留。",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def found_unit(request: HttpRequest, code: str) -> HttpResponse:
    host = load_association(request, code, Permission.EDIT_RECORDS)
    form = UnitForm(request.POST or None)
    founded: list[Association] = []

    def found(values: dict) -> None:
        kind = Kind(values.pop("kind"))
        facts = {"host": host, "kind": kind, "by": request.user, "today": today()}
        founded.append(actions.found_unit(**facts, **values))

    if is_saved(form, found):
        return done(request, founded[0], f"已建立{founded[0].name}，代码 {founded[0].code}")
    return form_page(request, host, form, title="新建单位协会", button="建立")


@require_http_methods(["GET", "HEAD", "POST"])
def rename(request: HttpRequest, code: str) -> HttpResponse:
    association = load_from_above(request, code)
    known = {
        "seen": association.version,
        "name": association.name,
        "short_name": association.short_name,
    }
    form = RenameForm(request.POST or None, initial=known)

    if form.is_valid() and "confirmed" not in request.POST:
        values = form.cleaned_data
        changes = [
            f"名称由“{association.name}”改为“{values['name']}”",
            f"简称由“{association.short_name}”改为“{values['short_name']}”",
            "原名称写入沿革，档案不变",
        ]
        return confirm_page(request, association, form, title="更名", changes=changes)
    facts = {"association": association, "by": request.user, "today": today()}
    if is_saved(form, lambda values: succession_actions.rename(**facts, **values)):
        return done(request, association, "已登记更名")
    return form_page(request, association, form, title="更名", button="下一步：核对")


@require_http_methods(["GET", "HEAD", "POST"])
def recode(request: HttpRequest, code: str) -> HttpResponse:
    association = load_from_above(request, code)
    form = RecodeForm(request.POST or None)
    if form.is_valid():
        values = form.cleaned_data
        if not request.user.scope.is_above(Permission.EDIT_RECORDS, values["new_code"]):
            form.add_error("new_code", "新代码不在您的管理范围内")
        else:
            preview = preview_recode(association, new_code=values["new_code"], on=values["on"])
            for problem in preview.problems:
                form.add_error("new_code", problem)
            if form.is_valid() and "confirmed" not in request.POST:
                changes = recode_changes(preview)
                return confirm_page(request, association, form, title="变更代码", changes=changes)
    facts = {"association": association, "by": request.user, "today": today()}
    if is_saved(form, lambda values: succession_actions.recode(**facts, **values)):
        return done(request, association, f"代码已变更为 {association.code}")
    return form_page(request, association, form, title="变更代码", button="下一步：预览")


def recode_changes(preview: RecodePreview) -> list[str]:
    rows = "、".join(f"{row.level.label}级 {row.count} 个" for row in preview.rows)
    changes = [
        f"{preview.total} 个协会的代码由 {preview.old_code}… 改为 {preview.new_code}…（{rows}）",
        "各协会的档案、任职、申报和授权随协会保留",
        "每个协会写入一条沿革；此前日期的统计仍按原代码",
    ]
    if preview.new_parent:
        changes.append(f"上级协会：{preview.new_parent.name}")
    return changes


@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest, code: str) -> HttpResponse:
    source = load_from_above(request, code)
    form = MergeForm(request.POST or None)
    into_code = request.POST.get("into", "").strip()[:20].replace("\0", "")
    into = visible_by_code(into_code, user=request.user, permission=Permission.EDIT_RECORDS)
    error = "" if into or not form.is_bound else "请选择您管理范围内的协会"
    if form.is_valid() and into:
        preview = preview_merge(source, into=into, on=form.cleaned_data["on"])
        for problem in preview.problems:
            form.add_error(None, problem)
        if form.is_valid() and "confirmed" not in request.POST:
            changes = [
                f"“{source.name}”自 {form.cleaned_data['on']} 起并入“{into.name}”，不再应建",
                "原协会的档案保留，可按此前日期查询",
            ]
            return confirm_page(
                request, source, form, title="合并", changes=changes, kept=[("into", into.code)]
            )
    facts = {"source": source, "into": into, "by": request.user, "today": today()}
    if into and is_saved(form, lambda values: succession_actions.merge(**facts, **values)):
        return done(request, into, f"{source.short_name}已并入{into.short_name}")
    picker = build_picker(request.user, name="into", code=into_code, error=error)
    return form_page(request, source, form, title="合并", button="下一步：预览", picker=picker)


@require_http_methods(["GET", "HEAD", "POST"])
def split(request: HttpRequest, code: str) -> HttpResponse:
    origin = load_from_above(request, code)
    form = SplitForm(request.POST or None)
    if form.is_valid() and not request.user.scope.is_above(
        Permission.EDIT_RECORDS, form.cleaned_data["code"]
    ):
        form.add_error("code", "析出地区代码不在您的管理范围内")
    if form.is_valid() and "confirmed" not in request.POST:
        changes = [
            f"新增{Level(origin.level).label}级协会“{form.cleaned_data['name']}”，"
            f"代码 {form.cleaned_data['code']}，自 {form.cleaned_data['on']} 起应建",
            "划归的下级协会随后逐个变更代码",
        ]
        return confirm_page(request, origin, form, title="析出", changes=changes)
    made: list[Association] = []
    facts = {"origin": origin, "by": request.user, "today": today()}
    if is_saved(form, lambda values: made.append(succession_actions.split(**facts, **values))):
        return done(request, made[0], f"已析出{made[0].short_name}")
    return form_page(request, origin, form, title="析出", button="下一步：预览")


def is_saved(form: forms.Form, write: Callable[[dict], object]) -> bool:
    if not form.is_valid():
        return False
    try:
        write(dict(form.cleaned_data))
    except RuleViolation as refused:
        show_findings(form, refused)
        return False
    return True


def done(request: HttpRequest, association: Association, message: str) -> HttpResponse:
    messages.success(request, message)
    return HttpResponseRedirect(reverse("associations:detail", args=[association.code]))


def form_page(
    request: HttpRequest, association: Association, form: forms.Form, *, title: str, button: str, **extra
) -> HttpResponse:
    context = page_context(request, association, title) | {"form": form, "button": button} | extra
    return render(request, "associations/form.html", context)


def closed_page(request: HttpRequest, association: Association, *, title: str, reason: str) -> HttpResponse:
    """Answer whoever comes late: somebody has done it already, so that there is nothing left to fill in."""
    context = page_context(request, association, title) | {
        "reason": reason,
        "is_late": request.method == "POST",
    }
    return render(request, "associations/closed.html", context)


def confirm_page(
    request: HttpRequest,
    association: Association,
    form: forms.Form,
    *,
    title: str,
    changes: list[str],
    kept: list[tuple[str, str]] | None = None,
) -> HttpResponse:
    typed = [(name, request.POST.get(name, "")) for name in form.fields]
    context = page_context(request, association, title) | {
        "question": f"确定为“{association.name}”办理{title}？",
        "changes": changes,
        "kept": [*typed, *(kept or []), ("confirmed", "yes")],
    }
    return render(request, "associations/confirm.html", context)


def page_context(request: HttpRequest, association: Association, title: str) -> dict[str, object]:
    above = crumbs_to(association, request, url_name="associations:detail")[:-1]
    url = reverse("associations:detail", args=[association.code])
    return {
        "association": association,
        "title": title,
        "crumbs": [*above, Crumb(name=association.short_name, url=url), Crumb(name=title)],
        "detail_url": url,
    }
