"""One's own second factor: set it up, give a code, new recovery codes, give it up."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts import qr, second_factor
from portal.accounts.forms import CodeForm, EnrolForm
from portal.accounts.second_factor import safe_path, second_factor_required
from portal.lib.findings import RuleViolation
from portal.lib.form_findings import show_findings

from .sign_in import WRONG_CODE

KEY = "key_to_enrol"


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    device = second_factor.device_of(request.user)
    context = {"device": device, "left": second_factor.codes_left(request.user), "codes": second_factor.CODES}
    return render(request, "accounts/second_factor.html", context)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def enrol(request: HttpRequest) -> HttpResponse:
    if second_factor.device_of(request.user):
        return redirect("accounts:second_factor")
    leads_to = safe_path(request, request.GET.get("next", ""))
    # In the session until it is confirmed: the picture stays the same when the page is loaded again.
    key = request.session.setdefault(KEY, second_factor.new_key())
    form = EnrolForm(request.POST or None, request=request)
    if form.is_valid():
        try:
            made = second_factor.enrol(user=request.user, key=key, code=form.cleaned_data["code"])
        except RuleViolation as refused:
            show_findings(form, refused)
        else:
            del request.session[KEY]
            second_factor.verified(request, made.device)
            context = {"codes": made.codes, "leads_to": leads_to, "is_new": True}
            return render(request, "accounts/recovery_codes.html", context)
    context = {
        "form": form,
        "picture": qr.qr_picture(qr.config_url(key, username=request.user.get_username())),
        "secret": qr.secret_text(key),
        "is_asked": leads_to != "/",
    }
    return render(request, "accounts/enrol.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    leads_to = safe_path(request, request.GET.get("next", ""))
    if second_factor.device_of(request.user) is None:
        return redirect(f"{reverse('accounts:enrol')}?{urlencode({'next': leads_to})}")
    form = CodeForm(request.POST or None)
    if form.is_valid():
        device = second_factor.check_code(user=request.user, code=form.cleaned_data["code"])
        if device:
            second_factor.verified(request, device)
            return redirect(leads_to)
        form.add_error("code", WRONG_CODE)
    return render(request, "accounts/verify.html", {"form": form})


@require_POST
@second_factor_required
def renew_codes(request: HttpRequest) -> HttpResponse:
    codes = second_factor.renew_codes(user=request.user)
    return render(request, "accounts/recovery_codes.html", {"codes": codes, "leads_to": "/", "is_new": False})


@require_POST
@second_factor_required
def remove(request: HttpRequest) -> HttpResponse:
    second_factor.forget_device(user=request.user)
    messages.success(request, "已解除手机验证码，备用码一并作废。")
    return redirect("accounts:second_factor")
