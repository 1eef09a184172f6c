"""Move a milestone on: every act adds one step to its history, under a lock of its association."""

from datetime import date

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from associations.enums import Milestone, MilestoneStep
from associations.milestones.notices import tell_judged
from associations.milestones.permissions import judge_of
from associations.milestones.queries import standing_claim
from associations.milestones.rules import STATE_AFTER, Act, act_findings, judge_findings
from associations.models import Association, MilestoneEvent
from associations.permissions import require
from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.lib.dates import today
from portal.lib.findings import Finding, RuleViolation
from portal.records.files import store_upload
from portal.records.models import StoredFile
from portal.records.saving import refusal, save_record


@transaction.atomic
def start(*, association: Association, milestone: Milestone, by: User, on: date) -> MilestoneEvent:
    """Put on record that work on a milestone has begun.

    Raises: RuleViolation.
    """
    require(Permission.CLAIM, by, _lock(association).code)
    steps = _steps(association, milestone)
    return _add(
        MilestoneEvent(
            association=association, milestone=milestone, step=MilestoneStep.STARTED, by=by, on=on
        ),
        steps,
    )


@transaction.atomic
def claim(
    *,
    association: Association,
    milestone: Milestone,
    document_number: str,
    achieved_on: date,
    file: StoredFile,
    by: User,
    on: date,
) -> MilestoneEvent:
    """Claim a milestone with the document that proves it.

    Raises: RuleViolation.
    """
    require(Permission.CLAIM, by, _lock(association).code)
    event = MilestoneEvent(
        association=association,
        milestone=milestone,
        step=MilestoneStep.CLAIMED,
        document_number=document_number.strip(),
        achieved_on=achieved_on,
        file=file,
        by=by,
        on=on,
    )
    return _add(event, _steps(association, milestone))


@transaction.atomic
def claim_with_upload(
    *,
    association: Association,
    milestone: Milestone,
    document_number: str,
    achieved_on: date,
    upload: UploadedFile,
    by: User,
    on: date,
) -> MilestoneEvent:
    """Claim a milestone with a file that is kept only if the claim is.

    Raises: RuleViolation, also for what is wrong with the file.
    """
    # The disk is slow: the file comes before the lock, and its row goes if the claim is refused.
    return claim(
        association=association,
        milestone=milestone,
        document_number=document_number,
        achieved_on=achieved_on,
        file=store_upload(upload, by=by),
        by=by,
        on=on,
    )


@transaction.atomic
def withdraw(*, seen: MilestoneEvent, by: User, on: date) -> MilestoneEvent:
    """Take back a claim that nobody has judged yet; `seen` is the claim.

    Raises: RuleViolation.
    """
    require(Permission.CLAIM, by, _lock(seen.association).code)
    return _add(_next(seen, step=MilestoneStep.WITHDRAWN, by=by, on=on), _steps_since(seen))


@transaction.atomic
def verify(*, seen: MilestoneEvent, by: User, on: date) -> MilestoneEvent:
    """Confirm a claim, for the office above; `seen` is the claim.

    Raises: RuleViolation.
    """
    steps = _steps_since(seen)
    _refuse_judge(by, steps)
    return _judged(_add(_next(seen, step=MilestoneStep.VERIFIED, by=by, on=on), steps), steps)


@transaction.atomic
def return_(*, seen: MilestoneEvent, reason: str, by: User, on: date) -> MilestoneEvent:
    """Send a claim back with a reason, for the office above.

    `seen` is the claim, or its verification if that was a mistake.
    Raises: RuleViolation.
    """
    steps = _steps_since(seen)
    _refuse_judge(by, steps)
    event = _next(seen, step=MilestoneStep.RETURNED, by=by, on=on)
    event.reason = reason.strip()
    return _judged(_add(event, steps), steps)


def _judged(event: MilestoneEvent, steps: list[MilestoneEvent]) -> MilestoneEvent:
    claims = [step.by_id for step in steps if step.step == MilestoneStep.CLAIMED and step.by_id]
    tell_judged(event, claimed_by=claims[-1] if claims else None)
    return event


def _next(seen: MilestoneEvent, *, step: MilestoneStep, by: User, on: date) -> MilestoneEvent:
    return MilestoneEvent(association=seen.association, milestone=seen.milestone, step=step, by=by, on=on)


def _steps_since(seen: MilestoneEvent) -> list[MilestoneEvent]:
    """Lock and read the history, which must end with the step that the author of the next one saw."""
    _lock(seen.association)
    steps = _steps(seen.association, Milestone(seen.milestone))
    if steps[-1] != seen:
        state = STATE_AFTER[MilestoneStep(steps[-1].step)]
        message = f"该事项已有新的进展，目前为“{state.label}”，请刷新后再处理"
        raise refusal(message, code="stale")
    return steps


def _refuse_judge(by: User, steps: list[MilestoneEvent]) -> None:
    claim = standing_claim(steps)
    if claim is not None:
        _refuse(judge_findings(judge_of(by, claim)))


def _lock(association: Association) -> Association:
    # NO KEY: other records may still refer to the association while its milestones stand still.
    return Association.objects.scoped().select_for_update(no_key=True).get(pk=association.pk)


def _steps(association: Association, milestone: Milestone) -> list[MilestoneEvent]:
    return list(association.milestone_events.filter(milestone=milestone).order_by("on", "pk"))


def _add(event: MilestoneEvent, steps: list[MilestoneEvent]) -> MilestoneEvent:
    last = steps[-1] if steps else None
    act = Act(
        milestone=Milestone(event.milestone),
        step=MilestoneStep(event.step),
        on=event.on,
        achieved_on=event.achieved_on,
    )
    findings = act_findings(
        act,
        last=MilestoneStep(last.step) if last else None,
        last_on=last.on if last else None,
        today=today(),
    )
    _refuse(findings)
    save_record(event)
    return event


def _refuse(findings: list[Finding]) -> None:
    if findings:
        raise RuleViolation(findings)
