"""Move a notice on: every act adds one step to its history, under a lock of the notice."""

from datetime import date

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from associations.enums import Body, Milestone
from associations.models import Association
from portal.accounts.models import User
from portal.lib.dates import today
from portal.lib.findings import Finding, RuleViolation
from portal.oversight.enums import NoticeKind, NoticeStep
from portal.oversight.models import SupervisionNotice, SupervisionStep
from portal.records.files import store_upload
from portal.records.models import StoredFile
from portal.records.saving import refusal, save_record

from .messages import tell_step
from .permissions import actor_of, handler_of, issuing_office, may_issue
from .queries import steps_of
from .rules import Act, act_findings, actor_findings, day_findings, state_after, subject_findings


@transaction.atomic
def find(
    *,
    association: Association,
    kind: NoticeKind,
    finding: str,
    by: User,
    on: date,
    milestone: Milestone | None = None,
    body: Body | None = None,
) -> SupervisionNotice:
    """Put on record what was found wrong with an association below; nobody there sees it until it is issued.

    Raises: RuleViolation, also while a notice of the same office about the same thing is open.
    """
    # The lock makes those wait who find the same: the second one then sees the first one's notice.
    subject = Association.objects.scoped().select_for_update(no_key=True).get(pk=association.pk)
    issuer = issuing_office(by, subject) if may_issue(by, subject) else None
    if issuer is None:
        raise refusal("没有这个协会，或您无权督办；督办由上级协会发出", code="missing", field="association")
    notice = SupervisionNotice(
        association=subject,
        issuer=issuer,
        kind=kind,
        milestone=milestone or "",
        body=body or "",
        finding=finding.strip(),
    )
    _refuse(subject_findings(kind, milestone=notice.milestone, body=notice.body))
    _refuse(day_findings(Act(step=NoticeStep.FOUND, on=on), today=today()))
    _refuse_second(notice)
    save_record(notice)
    save_record(SupervisionStep(notice=notice, step=NoticeStep.FOUND, on=on, text=notice.finding, by=by))
    return notice


@transaction.atomic
def issue(
    *, seen: SupervisionStep, document_number: str, due_on: date, by: User, on: date, text: str = ""
) -> SupervisionStep:
    """Issue a notice under a document number, with the day by which its subject must answer.

    Raises: RuleViolation.
    """
    step = _next(seen, NoticeStep.NOTICED, by=by, on=on, text=text)
    step.document_number, step.due_on = document_number.strip(), due_on
    return _add(step, seen=seen)


@transaction.atomic
def answer(*, seen: SupervisionStep, text: str, file: StoredFile, by: User, on: date) -> SupervisionStep:
    """Answer a notice with what was done and the file that proves it.

    Raises: RuleViolation.
    """
    step = _next(seen, NoticeStep.ANSWERED, by=by, on=on, text=text)
    step.file = file
    return _add(step, seen=seen)


@transaction.atomic
def answer_with_upload(
    *, seen: SupervisionStep, text: str, upload: UploadedFile, by: User, on: date
) -> SupervisionStep:
    """Answer a notice with a file that is kept only if the answer is.

    Raises: RuleViolation, also for what is wrong with the file.
    """
    # The disk is slow: the file comes before the lock, and its row goes if the answer is refused.
    return answer(seen=seen, text=text, file=store_upload(upload, by=by), by=by, on=on)


@transaction.atomic
def return_(*, seen: SupervisionStep, text: str, due_on: date, by: User, on: date) -> SupervisionStep:
    """Send an answer back with a reason and a new day by which to answer.

    Raises: RuleViolation.
    """
    step = _next(seen, NoticeStep.RETURNED, by=by, on=on, text=text)
    step.due_on = due_on
    return _add(step, seen=seen)


@transaction.atomic
def close(*, seen: SupervisionStep, text: str, by: User, on: date) -> SupervisionStep:
    """Close a notice whose answer satisfies.

    Raises: RuleViolation.
    """
    return _add(_next(seen, NoticeStep.CLOSED, by=by, on=on, text=text), seen=seen)


@transaction.atomic
def withdraw(*, seen: SupervisionStep, text: str, by: User, on: date) -> SupervisionStep:
    """Take back a notice that should not have been.

    Raises: RuleViolation.
    """
    return _add(_next(seen, NoticeStep.WITHDRAWN, by=by, on=on, text=text), seen=seen)


@transaction.atomic
def raise_(*, seen: SupervisionStep, text: str, by: User, on: date) -> SupervisionStep:
    """Hand a notice to the level above the office that handles it.

    Raises: RuleViolation.
    """
    step = _next(seen, NoticeStep.RAISED, by=by, on=on, text=text)
    above = handler_of(seen.notice, steps_of(seen.notice)).parent
    if above is None:
        raise refusal("督办协会没有上级协会，不能提请", code="no-parent")
    step.raised_to = above
    return _add(step, seen=seen)


def _next(seen: SupervisionStep, step: NoticeStep, *, by: User, on: date, text: str) -> SupervisionStep:
    return SupervisionStep(notice=seen.notice, step=step, by=by, on=on, text=text.strip())


def _add(step: SupervisionStep, *, seen: SupervisionStep) -> SupervisionStep:
    notice, what = _lock(step.notice), NoticeStep(step.step)
    steps = steps_of(notice)
    last = steps[-1]
    if last != seen:
        state = state_after(NoticeStep(last.step))
        message = f"该督办已有新的进展，目前为“{state.label}”，请刷新后再处理"
        raise refusal(message, code="stale")
    if step.by is not None:
        _refuse(actor_findings(what, actor_of(step.by, notice, steps)))
    act = Act(step=what, on=step.on, due_on=step.due_on)
    _refuse(act_findings(act, last=NoticeStep(last.step), last_on=last.on, today=today()))
    save_record(step)
    tell_step(step, earlier=steps, on=today())
    return step


def _lock(notice: SupervisionNotice) -> SupervisionNotice:
    # Not the notice: nobody may change one, and to lock a row takes the right to change it.
    Association.objects.scoped().select_for_update(no_key=True).get(pk=notice.association_id)
    rows = SupervisionNotice.objects.scoped().select_related("association", "issuer__parent")
    return rows.get(pk=notice.pk)


def _refuse_second(notice: SupervisionNotice) -> None:
    if notice.kind == NoticeKind.OTHER:
        return
    same = SupervisionNotice.objects.scoped().filter(
        association=notice.association,
        issuer=notice.issuer,
        kind=notice.kind,
        milestone=notice.milestone,
        body=notice.body,
    )
    if same.standing(on=today()).open().exists():
        raise refusal(f"“{notice.subject}”已有未办结的督办，请在原督办中办理", code="open-already")


def _refuse(findings: list[Finding]) -> None:
    if findings:
        raise RuleViolation(findings)
