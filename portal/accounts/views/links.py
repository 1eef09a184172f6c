"""Where a link leads: its user sets a password and can then sign in."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from portal.accounts.forms import LinkForm
from portal.accounts.link_actions import accept_link, live_link
from portal.lib.findings import RuleViolation
from portal.lib.form_findings import show_findings


@sensitive_post_parameters()
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest) -> HttpResponse:
    # In the query string and not in the path, which is written to the log.
    secret = request.GET.get("key", "") or request.POST.get("key", "")
    found = live_link(secret)
    if found is None:
        return render(request, "accounts/link_dead.html", status=404)
    form = LinkForm(request.POST or None, initial={"key": secret})
    if form.is_valid():
        try:
            user = accept_link(secret=secret, password=form.cleaned_data["new_password1"])
        except RuleViolation as refused:
            show_findings(form, refused)
        else:
            return render(request, "accounts/password_set.html", {"account": user})
    return render(request, "accounts/link.html", {"form": form, "link": found})
