"""Look for a person, on a page of its own or in a form; posted, for what is typed may be an ID number."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts.roles import Permission
from portal.lib.page_parts import Action, Crumb
from portal.records.permissions import require
from portal.records.registry import record_type_of
from portal.records.types import RecordType

from .models import Person
from .person_field import SEARCH, PersonChoice, choice_of, search_of
from .person_search import people_found as people_found_by

MOST_FOUND = 50


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def find_person(request: HttpRequest) -> HttpResponse:
    require(request, Permission.VIEW_PEOPLE)
    then = record_made_next(request)
    text = request.POST.get("text", "")[:50]
    found = people_found_by(request.user, text=text, limit=MOST_FOUND)
    context = {
        "title": f"登记{then.label}：选择人员" if then else "查找人员",
        "text": text,
        "is_asked": bool(text.strip()),
        "refusal": found.refusal,
        "lines": [(choice, url_of(choice, then)) for choice in map(choice_of, found.people)],
        "is_cut": len(found.people) == MOST_FOUND,
        "button": f"登记为{then.label}" if then else "查看",
        "new": new_person(request, then),
        "crumbs": crumbs(then),
    }
    return render(request, "members/find_person.html", context)


def record_made_next(request: HttpRequest) -> RecordType | None:
    """Return the type of record that is made for the person who is looked for, as `?then=` names it."""
    then = record_type_of(request.GET.get("then", ""))
    fits = then is not None and then.form_creates and then.parent_name(Person)
    return then if then and fits and request.user.scope.may(then.edit_permission) else None


def url_of(choice: PersonChoice, then: RecordType | None) -> str:
    if then is None:
        return people().url("detail", choice.key)
    return f"{then.url('create')}?{urlencode({then.parent_name(Person): choice.key})}"


def new_person(request: HttpRequest, then: RecordType | None) -> Action | None:
    if not request.user.scope.may(people().edit_permission):
        return None
    url = people().url("create") + (f"?then={then.slug}" if then else "")
    return Action(label="登记新人员", url=url, icon="plus")


def crumbs(then: RecordType | None) -> list[Crumb]:
    above = then or people()
    return [Crumb(name=above.label, url=above.url("list")), Crumb(name="查找人员")]


def people() -> RecordType:
    found = record_type_of("people")
    if found is None:
        raise LookupError("people are no record type")
    return found


@sensitive_post_parameters()
@require_POST
def people_found(request: HttpRequest) -> HttpResponse:
    """Answer the search box of a form with the people to choose from."""
    require(request, Permission.VIEW_PEOPLE)
    name = request.POST.get("field", "")[:40]
    search = search_of(
        request.user,
        name=name,
        text=request.POST.get(f"{name}{SEARCH}", "")[:50],
        value=request.POST.get(name, ""),
        is_required="required" in request.POST,
    )
    return render(request, "members/people_found.html", {"search": search})
