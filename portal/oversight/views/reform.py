from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from associations.models import Association
from associations.permissions import load_association
from associations.register.page_head import crumbs_to, day_query, tabs_of
from portal.accounts.roles import Permission
from portal.lib.asof import day_of
from portal.lib.dates import today
from portal.lib.findings import RuleViolation
from portal.lib.page_parts import Crumb
from portal.oversight.boards import BoardRow, board_of, subtree_board
from portal.oversight.forms.reform import ReturnForm
from portal.oversight.milestone_words import LEGEND, progress_note
from portal.oversight.reform import progress_of
from portal.oversight.verdicts import Progress


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    code = request.user.home_code(Permission.VIEW_STATISTICS)
    if not code:
        raise Http404("您还没有可以查看统计的协会")
    return HttpResponseRedirect(reverse("oversight:reform", args=[code]) + day_query(request))


@require_safe
def board(request: HttpRequest, code: str) -> HttpResponse:
    association = load_association(request, code, Permission.VIEW_STATISTICS)
    on = day_of(request)
    context = {
        "association": association,
        "crumbs": crumbs_to(association, request, url_name="oversight:reform"),
        "tabs": tabs_of(association, request),
        "on": on,
        "today": today(),
    }
    if request.GET.get("reach") == "below":
        after = request.GET.get("after", "")
        found = subtree_board(association, on=on, after=after)
        context |= {"board": found, "legend": LEGEND, "after": after} | progress_context(found.total)
        return render(request, "oversight/reform_subtree.html", context)
    rows = board_of(association, on=on, user=request.user)
    context |= {"rows": rows} | progress_context(progress_of(row.status for row in rows))
    return render(request, "oversight/reform.html", context)


def progress_context(total: Progress) -> dict[str, object]:
    return {"total": total, "total_note": progress_note(total)}


@require_safe
def milestone(request: HttpRequest, code: str, milestone: str) -> HttpResponse:
    association = load_association(request, code, Permission.VIEW_STATISTICS)
    row = load_row(request, association, milestone)
    return milestone_page(request, association, row)


def load_row(request: HttpRequest, association: Association, milestone: str) -> BoardRow:
    rows = board_of(association, on=day_of(request), user=request.user)
    row = next((row for row in rows if row.status.milestone == milestone), None)
    if row is None:
        raise Http404("没有文件要求该协会完成此事项")
    return row


def milestone_page(
    request: HttpRequest,
    association: Association,
    row: BoardRow,
    *,
    refused: RuleViolation | None = None,
    return_form: ReturnForm | None = None,
) -> HttpResponse:
    context = milestone_head(request, association, row) | {
        "on": day_of(request),
        "today": today(),
        "refused": refused.findings if refused else (),
        "return_form": return_form or ReturnForm(initial={"seen": row.last.pk} if row.last else None),
    }
    return render(request, "oversight/milestone.html", context)


def milestone_head(request: HttpRequest, association: Association, row: BoardRow) -> dict[str, object]:
    """Return what the pages of one milestone show on top."""
    above = crumbs_to(association, request, url_name="oversight:reform")[:-1]
    board = reverse("oversight:reform", args=[association.code]) + day_query(request)
    label = row.status.milestone.label
    crumbs = [*above, Crumb(name=association.short_name, url=board), Crumb(name=label)]
    return {"association": association, "row": row, "crumbs": crumbs, "board_url": board}
