"""Who may take which step of a milestone."""

from associations.enums import COMPUTED_MILESTONES, Milestone, MilestoneState, MilestoneStep
from associations.milestones.rules import STEPS_FROM, Judge, judge_findings
from associations.models import Association, MilestoneEvent
from portal.accounts.models import User
from portal.accounts.roles import Permission

JUDGEMENTS = (MilestoneStep.VERIFIED, MilestoneStep.RETURNED)


def judge_of(user: User, claim: MilestoneEvent) -> Judge:
    """Say how the user stands to a claim."""
    return Judge(
        is_above=user.scope.is_above(Permission.VERIFY, claim.association.code),
        is_of_same_association=user.association_id == claim.association_id,
        is_claimant=user.pk == claim.by_id,
    )


def open_steps(
    user: User,
    association: Association,
    *,
    milestone: Milestone,
    state: MilestoneState,
    claim: MilestoneEvent | None,
) -> tuple[MilestoneStep, ...]:
    """List the steps that the user may take next; `claim` is the one that stands, if any."""
    if milestone in COMPUTED_MILESTONES:
        return ()
    may_claim = user.scope.covers(Permission.CLAIM, association.code)
    may_judge = claim is not None and not judge_findings(judge_of(user, claim))
    return tuple(step for step in STEPS_FROM[state] if (may_judge if step in JUDGEMENTS else may_claim))
