"""One notice: its history, and the steps that the user may take."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from portal.lib.dates import today
from portal.lib.findings import Finding, RuleViolation
from portal.oversight.enums import NoticeKind, NoticeStep
from portal.oversight.forms.supervision import STEP_FORMS, SeenStepForm
from portal.oversight.models import SupervisionNotice, SupervisionStep
from portal.oversight.notice_words import badge_of
from portal.oversight.supervision import actions as supervision_actions
from portal.oversight.supervision.permissions import handler_of, may_ever, open_steps
from portal.oversight.supervision.queries import steps_of
from portal.oversight.supervision.rules import Act, act_findings
from portal.records.forms import show_findings

from .supervision import crumbs_to

ACTS = {
    NoticeStep.NOTICED: supervision_actions.issue,
    NoticeStep.CLOSED: supervision_actions.close,
    NoticeStep.RETURNED: supervision_actions.return_,
    NoticeStep.RAISED: supervision_actions.raise_,
    NoticeStep.WITHDRAWN: supervision_actions.withdraw,
}
TITLES = {
    NoticeStep.NOTICED: "发出督办",
    NoticeStep.ANSWERED: "回复督办",
    NoticeStep.CLOSED: "办结",
    NoticeStep.RETURNED: "退回回复",
    NoticeStep.RAISED: "提请上级督办",
    NoticeStep.WITHDRAWN: "撤销督办",
}


@dataclass(frozen=True, kw_only=True)
class StepPanel:
    """The form of one step that the user may take."""

    step: NoticeStep
    title: str
    url: str
    form: SeenStepForm

    @property
    def is_dangerous(self) -> bool:
        return self.step in (NoticeStep.RETURNED, NoticeStep.WITHDRAWN)

    @property
    def has_upload(self) -> bool:
        return self.form.is_multipart()

    @property
    def is_shut(self) -> bool:
        """What is rarely done stays folded until somebody asks for it or typed into it."""
        return self.step in (NoticeStep.RAISED, NoticeStep.WITHDRAWN) and not self.form.is_bound


@require_safe
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    found = load_notice(request, pk)
    return notice_page(request, found, steps_of(found))


@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    found, what = load_notice(request, pk), step_named(step)
    if request.method != "POST":
        # As after signing in again: the address of a step shows its notice.
        return redirect("oversight:notice", pk)
    steps = steps_of(found)
    if not may_ever(request.user, what, found, steps):
        raise Http404("没有这条督办，或您无权办理")
    act = Act(step=what, on=today())
    last = steps[-1]
    shut = act_findings(act, last=NoticeStep(last.step), last_on=last.on, today=today())
    if shut:
        return notice_page(request, found, steps, refused=shut)
    form = step_form(what, request)
    if form.is_valid() and has_taken(request, what, form, steps):
        messages.success(request, f"已{TITLES[what]}。")
        return redirect("oversight:notice", pk)
    return notice_page(request, found, steps, bound={what: form})


def step_named(name: str) -> NoticeStep:
    found = next((step for step in STEP_FORMS if step.value == name), None)
    if found is None:
        raise Http404("没有这个步骤")
    return found


def load_notice(request: HttpRequest, pk: int) -> SupervisionNotice:
    mine = SupervisionNotice.objects.visible_to(request.user).standing(on=today())
    found = mine.select_related("association__parent", "issuer__parent").filter(pk=pk).first()
    if found is None:
        raise Http404("没有这条督办，或您无权查看")
    return found


def step_form(step: NoticeStep, request: HttpRequest | None, **options) -> SeenStepForm:
    entries = (request.POST, request.FILES) if request else ()
    return STEP_FORMS[step](*entries, auto_id=f"id_{step}_%s", **options)


def has_taken(
    request: HttpRequest, what: NoticeStep, form: SeenStepForm, steps: Sequence[SupervisionStep]
) -> bool:
    entry = dict(form.cleaned_data)
    seen = next((each for each in steps if each.pk == entry["seen"]), None)
    if seen is None:
        raise Http404("没有这条记录")
    given = {"on": today()} | entry | {"seen": seen, "by": request.user}
    try:
        if what == NoticeStep.ANSWERED:
            supervision_actions.answer_with_upload(upload=given.pop("file"), **given)
        else:
            ACTS[what](**given)
    except RuleViolation as refused:
        show_findings(form, refused)
        return False
    return True


def notice_page(
    request: HttpRequest,
    found: SupervisionNotice,
    steps: Sequence[SupervisionStep],
    *,
    refused: Sequence[Finding] = (),
    bound: dict[NoticeStep, SeenStepForm] | None = None,
) -> HttpResponse:
    seen = {"seen": steps[-1].pk}
    open_now = open_steps(request.user, found, steps)
    context = {
        "notice": found,
        "badge": badge_of(found),
        "handler": handler_of(found, steps),
        "steps": steps,
        "about_url": about_url(found),
        "panels": [
            StepPanel(
                step=each,
                title=TITLES[each],
                url=reverse("oversight:notice_step", args=[found.pk, each.value]),
                form=(bound or {}).get(each) or step_form(each, None, initial=seen),
            )
            for each in open_now
        ],
        "refused": refused,
        "crumbs": crumbs_to(str(found)),
    }
    return render(request, "oversight/notice.html", context)


def about_url(found: SupervisionNotice) -> str:
    """Lead to where the figures stand that the notice is about."""
    code = found.association.code
    match found.kind:
        case NoticeKind.OVERDUE_MILESTONE:
            return reverse("oversight:reform", args=[code])
        case NoticeKind.QUOTA:
            return reverse("oversight:council", args=[code])
        case _:
            return reverse("associations:detail", args=[code])
