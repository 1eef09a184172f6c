"""What the pages of policy documents show around their tables."""

from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.urls import reverse

from associations.models import RULE_FAMILIES, Association, PolicyDocument
from associations.policies.queries import Place, slug_of
from associations.register.page_head import day_query
from associations.register.queries import path_above
from portal.accounts.roles import Permission
from portal.lib.dates import DayError, official_day, parse_day
from portal.lib.page_parts import Action, Crumb, Fact, Tab


def crumbs_of(request: HttpRequest, document: PolicyDocument, *, name: str = "") -> list[Crumb]:
    """Name the path to a document, or to the page `name` of it."""
    own = document.number or document.title
    home = Crumb(name="政策文件", url=reverse("policies:list") + day_query(request))
    if not name:
        return [home, Crumb(name=own)]
    return [home, Crumb(name=own, url=reverse("policies:detail", args=[document.pk])), Crumb(name=name)]


def tabs_of(document: PolicyDocument, request: HttpRequest) -> list[Tab]:
    """List the pages of a document: what it says, and who changed what is on record about it."""
    pages = (
        ("详情", reverse("policies:detail", args=[document.pk])),
        ("历史", reverse("records:policies_history", args=[document.pk])),
    )
    return [Tab(label=label, url=url, is_current=request.path == url) for label, url in pages]


def rule_lists() -> list[Action]:
    """Lead to the rules of all documents, family by family."""
    return [
        Action(label=str(family._meta.verbose_name), url=reverse(f"records:{slug_of(family)}_list"))
        for family in RULE_FAMILIES
    ]


def bound_crumbs(request: HttpRequest, association: Association) -> list[Crumb]:
    """Name the path down to an association; each step leads to the rules that bind there."""
    return [
        *(Crumb(name=each.short_name, url=bound_url(request, each)) for each in path_above(association)),
        Crumb(name=association.short_name),
    ]


def bound_url(request: HttpRequest, association: Association) -> str:
    """Return the address of the rules that bind an association; empty where the user may not look."""
    if not request.user.scope.covers(Permission.VIEW_REGISTER, association.code):
        return ""
    query = request.GET.copy()
    query["association"] = association.code
    return f"{reverse('policies:list')}?{query.urlencode()}"


def facts_of(document: PolicyDocument) -> list[Fact]:
    """List what is on record about a document itself."""
    days = (document.dated_on, document.printed_on, document.published_on)
    dated, printed, published = (official_day(day) if day else "" for day in days)
    return [
        Fact(label="文号", value=document.number or "无文号"),
        Fact(label="发文机关", value=document.issued_by),
        Fact(label="发文地区", value=f"{document.issuer.short_name}（{document.issuer.code}）"),
        Fact(label="发文方式", value=document.get_issue_display()),
        Fact(label="公开范围", value=document.get_visibility_display()),
        Fact(label="成文日期", value=dated),
        Fact(label="印发日期", value=printed),
        Fact(label="发布日期", value=published),
        Fact(label="备注", value=document.remark or "无"),
    ]


def place_of(request: HttpRequest) -> Place | None:
    """Read after which document the page begins: `after` with a day and a key, as in 2020-04-10.17."""
    if "after" not in request.GET:
        return None
    day, _, key = request.GET["after"].partition(".")
    try:
        return Place(dated_on=parse_day(day), pk=int(key))
    except (DayError, ValueError):
        raise BadRequest("页码有误，请从第一页重新查看") from None


def page_url(request: HttpRequest, after: Place | None) -> str:
    """Return this list's address from another place on; empty where there is no more."""
    if after is None:
        return ""
    query = request.GET.copy()
    query["after"] = f"{after.dated_on.isoformat()}.{after.pk}"
    return f"?{query.urlencode()}"
