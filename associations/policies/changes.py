"""Pages on which an administrator registers documents and rules, and ends them."""

from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from associations.models import PolicyDocument
from associations.policies import actions as policy_actions
from associations.policies.forms import DocumentForm, EndForm, RuleForm, rule_form
from associations.policies.page import crumbs_of
from associations.policies.permissions import load_family, load_policy, load_rule
from associations.policies.tables import rule_row
from portal.accounts.roles import Permission
from portal.lib.dates import official_day
from portal.lib.findings import RuleViolation
from portal.records.forms import show_findings


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    if not request.user.scope.may(Permission.MANAGE_POLICIES):
        raise Http404("您没有可以登记政策文件的地区")
    form = DocumentForm(request.POST or None, request.FILES or None, user=request.user)
    if form.is_valid():
        try:
            document = policy_actions.add_document(
                document=form.instance,
                basis=form.cleaned_data["basis"],
                upload=form.uploads.get("file"),
                by=request.user,
            )
        except RuleViolation as refused:
            show_findings(form, refused)
        else:
            messages.success(request, "文件已登记，请继续增加其中的规定。")
            return saved(document, draft="policy-new")
    return render(request, "policies/new.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def new_rule(request: HttpRequest, pk: int, family: str) -> HttpResponse:
    document = load_policy(request, pk, Permission.MANAGE_POLICIES)
    kind = load_family(family)
    form = rule_form(kind, RuleForm)(request.POST or None, document=document, user=request.user)
    if form.is_valid():
        try:
            policy_actions.add_rule(rule=form.instance, seen=form.cleaned_data["seen"], by=request.user)
        except RuleViolation as refused:
            refuse(form, refused, document)
        else:
            messages.success(request, f"已增加：{form.instance}")
            return saved(document, draft=f"policy-{pk}-{family}")
    title = f"增加{kind._meta.verbose_name}"
    context = {
        "form": form,
        "document": document,
        "title": title,
        "family": family,
        "crumbs": crumbs_of(request, document, name=title),
    }
    return render(request, "policies/new_rule.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def end_rule(request: HttpRequest, pk: int, family: str, rule_pk: int) -> HttpResponse:
    rule = load_rule(request, document_pk=pk, family=family, pk=rule_pk)
    form = EndForm(request.POST or None, initial={"seen": rule.document.version})
    if form.is_valid():
        chosen = form.cleaned_data
        try:
            policy_actions.end_rule(rule=rule, seen=chosen["seen"], on=chosen["on"], by=request.user)
        except RuleViolation as refused:
            refuse(form, refused, rule.document)
        else:
            messages.success(request, f"“{rule}”自{official_day(chosen['on'])}后失效。")
            return redirect("policies:detail", pk)
    row = rule_row(rule, on=rule.starts_on)
    context = {"form": form, "document": rule.document, "what": f"{rule}（{row.whom}，{rule.clause}）"}
    return render(
        request,
        "policies/end.html",
        context | {"crumbs": crumbs_of(request, rule.document, name="终止规定")},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, pk: int) -> HttpResponse:
    document = load_policy(request, pk, Permission.MANAGE_POLICIES)
    form = EndForm(request.POST or None, initial={"seen": document.version})
    if form.is_valid():
        chosen = form.cleaned_data
        try:
            count = policy_actions.end_document(
                document=document, seen=chosen["seen"], on=chosen["on"], by=request.user
            )
        except RuleViolation as refused:
            refuse(form, refused, document)
        else:
            messages.success(request, f"{count} 条规定自{official_day(chosen['on'])}后失效。")
            return redirect("policies:detail", pk)
    context = {"form": form, "document": document, "what": "该文件中所有仍然有效的规定"}
    return render(
        request,
        "policies/end.html",
        context | {"crumbs": crumbs_of(request, document, name="终止全部规定")},
    )


def saved(document: PolicyDocument, *, draft: str) -> HttpResponse:
    """Lead back to the document, whose page forgets the draft of what was saved."""
    return redirect(f"{reverse('policies:detail', args=[document.pk])}?{urlencode({'saved': draft})}")


def refuse(form: forms.Form, refused: RuleViolation, document: PolicyDocument) -> None:
    """Show why nothing was saved; the next attempt then answers for what the page shows now."""
    show_findings(form, refused)
    form.data = form.data.copy()
    form.data["seen"] = document.version
