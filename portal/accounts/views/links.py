"""Where a link leads: its user sets a password and can then sign in."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts.forms import LinkCodeForm, LinkForm
from portal.accounts.link_actions import accept_link, live_link, secret_in
from portal.lib.findings import RuleViolation
from portal.lib.form_findings import show_findings


@login_not_required
@never_cache
@require_safe
def open_link(request: HttpRequest) -> HttpResponse:
    # The secret stands behind "#", which no browser sends: a script of the page posts it, or the reader does.
    # Another address than the one it is posted to: there the next link in the same tab would only scroll.
    return render(request, "accounts/link_open.html", {"form": LinkCodeForm()})


@sensitive_post_parameters()
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return redirect("accounts:link_open")
    secret = secret_in(request.POST.get("key", ""))
    found = live_link(secret)
    if found is None:
        return render(request, "accounts/link_dead.html", status=404)
    form = LinkForm(request.POST if "new_password1" in request.POST else None, initial={"key": secret})
    if form.is_valid():
        try:
            user = accept_link(secret=secret, password=form.cleaned_data["new_password1"])
        except RuleViolation as refused:
            show_findings(form, refused)
        else:
            return render(request, "accounts/password_set.html", {"account": user})
    return render(request, "accounts/link.html", {"form": form, "link": found})
