from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members.identity import duplicates_of
from members.likeness import Likeness, likeness
from members.models import MergedPerson, Person
from members.queries import people_named
from portal.accounts.roles import Permission
from portal.lib.filters import refuse_unknown
from portal.lib.findings import RuleViolation
from portal.lib.masks import mask_phone
from portal.lib.page_parts import Action, Crumb, Fact, Tab
from portal.records.lists import with_query
from portal.records.permissions import require
from portal.records.queries import Order, edge_in, page_of
from portal.records.subjects import lock_of
from portal.records.types import MOST_DIGITS

from . import actions
from .forms import MergeForm, UnderForm, field_choices, shown_number
from .holdings import holdings_of, is_marked_distinct
from .plan import plan_merge
from .queries import Page, duplicate_groups

PAGE_SIZE = 50
TABS = {Likeness.NUMBER: "身份证号相同", Likeness.NAME: "姓名和出生日期相同"}
NEWEST = Order(path="pk", is_descending=True)
PHONE = "电话"


@require_safe
def duplicates(request: HttpRequest) -> HttpResponse:
    require(request, Permission.VIEW_PEOPLE)
    form = UnderForm(request.GET)
    refuse_unknown(request, form, "by")
    by = request.GET.get("by", Likeness.NUMBER)
    if by not in TABS:
        raise BadRequest("没有这种查重依据")
    people = Person.objects.visible_to(request.user)
    code = form.cleaned_data["under"] if form.is_valid() else ""
    edge, is_backwards = edge_of(request)
    page = duplicate_groups(
        people.under(code) if code else people if form.is_valid() else people.none(),
        by=Likeness(by),
        edge=edge,
        is_backwards=is_backwards,
        size=PAGE_SIZE,
    )
    context = {
        "form": form,
        "page": page,
        "kept": [("by", by)],
        "reset_url": f"{request.path}?by={by}",
        "tabs": [
            Tab(label=label, url=with_query(request.GET, by=each), is_current=each == by)
            for each, label in TABS.items()
        ],
        "actions": [Action(label="合并记录", url=reverse("members:merges"))],
        **neighbours(request, page),
    }
    return render(request, "members/duplicates.html", context)


def edge_of(request: HttpRequest) -> tuple[int | None, bool]:
    """Read behind or in front of which record the page begins."""
    for name, is_backwards in (("after", False), ("before", True)):
        if name in request.GET:
            person = visible_person(request, request.GET[name])
            if person is None:
                raise BadRequest("页码有误，请从第一页重新查看")
            return person.pk, is_backwards
    return None, False


def neighbours(request: HttpRequest, page: Page) -> dict[str, str]:
    return {
        "previous_url": with_query(request.GET, before=str(page.before)) if page.before else "",
        "next_url": with_query(request.GET, after=str(page.after)) if page.after else "",
    }


def visible_person(
    request: HttpRequest, key: str, permission: Permission = Permission.VIEW_PEOPLE
) -> Person | None:
    if not (key.isdecimal() and len(key) < MOST_DIGITS):
        return None
    mine = Person.objects.visible_to(request.user, permission)
    return mine.filter(pk=int(key)).select_related("association").first()


def load_person(request: HttpRequest, key: str, permission: Permission) -> Person:
    person = visible_person(request, key, permission)
    if person is None:
        raise Http404("没有这条人员记录，或您无权查看")
    return person


@require_safe
def lookalikes(request: HttpRequest, pk: int) -> HttpResponse:
    person = load_person(request, str(pk), Permission.VIEW_PEOPLE)
    text = request.GET.get("q", "")[:60]
    alike = duplicates_of(person, user=request.user)
    known = {person.pk, *(each.pk for each in alike)}
    context = {
        "person": person,
        "number": shown_number(person),
        "alike": [(each, TABS[likeness(person.traits, each.traits)]) for each in alike],
        "q": text,
        "found": [each for each in people_named(request.user, text=text) if each.pk not in known],
        "crumbs": crumbs_of(person, "查重合并"),
    }
    return render(request, "members/lookalikes.html", context)


def crumbs_of(person: Person, *names: str) -> list[Crumb]:
    return [
        Crumb(name="人员", url=reverse("records:people_list")),
        Crumb(name=person.name, url=reverse("records:people_detail", args=[person.pk])),
        *(Crumb(name=name) for name in names),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    keep = load_person(request, str(pk), Permission.EDIT_RECORDS)
    key = request.GET.get("other", "")
    if not key or key == str(pk):
        messages.info(request, "请先选择要并入的另一条档案。")
        return redirect("members:lookalikes", pk)
    drop = load_person(request, key, Permission.EDIT_RECORDS)
    if request.method == "POST":
        return merged_now(request, keep, drop)
    if lock := lock_of(keep) or lock_of(drop):
        messages.error(request, f"其中一人的个人信息{lock}，不能比对和合并。")
        return redirect("members:lookalikes", pk)
    plan = plan_merge(keep=keep, drop=drop, held=holdings_of([keep.pk, drop.pk]), by=request.user)
    context = {
        "keep": keep,
        "drop": drop,
        "choices": list(field_choices(keep, drop)),
        "numbers": (shown_number(keep), shown_number(drop)),
        "plan": plan,
        "is_marked": is_marked_distinct(keep.pk, drop.pk),
        "is_alike": likeness(keep.traits, drop.traits) is not None,
        "swap_url": f"{reverse('members:merge', args=[drop.pk])}?other={keep.pk}",
        "crumbs": crumbs_of(keep, "合并人员"),
    }
    return render(request, "members/merge.html", context)


def merged_now(request: HttpRequest, keep: Person, drop: Person) -> HttpResponse:
    form = MergeForm(request.POST)
    if not form.is_valid():
        messages.error(request, "没有合并：提交的内容不完整，请重新选择。")
        return redirect(request.get_full_path())
    try:
        actions.merge_people(keep=keep, drop=drop, values=form.taken(), by=request.user, seen=form.seen())
    except RuleViolation as refused:
        messages.error(request, f"没有合并：{refused}")
        return redirect(request.get_full_path())
    messages.success(
        request, f"已将“{drop.name}”（编号 {drop.pk}）并入“{keep.name}”，原记录可在合并记录中查到。"
    )
    return redirect("records:people_detail", keep.pk)


@require_POST
def distinct(request: HttpRequest, pk: int) -> HttpResponse:
    one = load_person(request, str(pk), Permission.EDIT_RECORDS)
    other = visible_person(request, request.POST.get("other", ""), Permission.EDIT_RECORDS)
    if other is None:
        messages.error(request, "没有标记：所选人员不存在，或不在您的管理范围内。")
        return redirect("members:lookalikes", pk)
    write = actions.unmark_distinct if request.POST.get("undo") else actions.mark_distinct
    try:
        write(one=one, other=other, by=request.user)
    except RuleViolation as refused:
        messages.error(request, f"没有标记：{refused}")
    else:
        done = "已撤销标记" if request.POST.get("undo") else "已标记为不是同一人，不再列入疑似重复"
        messages.success(request, f"{done}：{one.name}、{other.name}。")
    return redirect("members:lookalikes", pk)


@require_safe
def merges(request: HttpRequest) -> HttpResponse:
    require(request, Permission.VIEW_PEOPLE)
    rows = MergedPerson.objects.visible_to(request.user).select_related(
        "kept__association", "merged_by__association"
    )
    edge = edge_in(request.GET, model=MergedPerson, order=NEWEST)
    page = page_of(rows, order=NEWEST, edge=edge, size=PAGE_SIZE)
    context = {
        "rows": page.records,
        "previous_url": with_query(request.GET, before=page.before) if page.before else "",
        "next_url": with_query(request.GET, after=page.after) if page.after else "",
        "crumbs": [Crumb(name="疑似重复", url=reverse("members:duplicates")), Crumb(name="合并记录")],
    }
    return render(request, "members/merges.html", context)


@require_safe
def merged(request: HttpRequest, pk: int) -> HttpResponse:
    rows = MergedPerson.objects.visible_to(request.user).filter(pk=pk)
    row = rows.select_related("kept__association", "merged_by__association").first()
    if row is None:
        raise Http404("没有这条合并记录，或您无权查看")
    facts = [
        Fact(label=label, value=mask_phone(text) if label == PHONE else text)
        for label, text in row.values.items()
    ]
    context = {
        "row": row,
        "facts": facts,
        "crumbs": [Crumb(name="合并记录", url=reverse("members:merges")), Crumb(name=row.name)],
    }
    return render(request, "members/merged.html", context)
