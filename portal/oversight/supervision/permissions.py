"""Who may issue a notice about whom, and who may take which of its steps."""

from collections.abc import Sequence

from associations.codes import scopes_above
from associations.models import Association
from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.oversight.enums import NoticeState, NoticeStep
from portal.oversight.models import SupervisionNotice, SupervisionStep

from .rules import STEPS_FROM, Actor, actor_findings


def handler_of(notice: SupervisionNotice, steps: Sequence[SupervisionStep]) -> Association:
    """Return the office that handles a notice after these steps: the issuer, or whom it was raised to."""
    raised = [step.raised_to for step in steps if step.raised_to]
    return raised[-1] if raised else notice.issuer


def actor_of(user: User, notice: SupervisionNotice, steps: Sequence[SupervisionStep]) -> Actor:
    """Say how the user stands to a notice with these steps."""
    handler = handler_of(notice, steps)
    answers = [step for step in steps if step.step == NoticeStep.ANSWERED]
    return Actor(
        answers_for_subject=user.scope.covers(Permission.CLAIM, notice.association.code),
        acts_for_handler=user.scope.covers(Permission.EDIT_RECORDS, handler.code),
        is_of_subject=user.association_id == notice.association_id,
        is_of_issuing_side=user.association_id in (notice.issuer_id, handler.pk),
        is_answerer=bool(answers) and answers[-1].by_id == user.pk,
    )


def may_ever(
    user: User, step: NoticeStep, notice: SupervisionNotice, steps: Sequence[SupervisionStep]
) -> bool:
    """Tell whether the step is the user's to take at all, whatever the notice's state."""
    return not actor_findings(step, actor_of(user, notice, steps))


def open_steps(
    user: User, notice: SupervisionNotice, steps: Sequence[SupervisionStep]
) -> tuple[NoticeStep, ...]:
    """List the steps that the user may take next."""
    following = STEPS_FROM[NoticeState(steps[-1].step)]
    may = tuple(step for step in following if may_ever(user, step, notice, steps))
    has_above = handler_of(notice, steps).parent_id is not None
    return tuple(step for step in may if step != NoticeStep.RAISED or has_above)


def may_issue(user: User, association: Association) -> bool:
    """Tell whether the user may issue notices about an association: from above, and never about their own."""
    is_above = user.scope.is_above(Permission.EDIT_RECORDS, association.code)
    return is_above and user.association_id != association.pk


def issuing_office(user: User, association: Association) -> Association | None:
    """Return the office that the user issues a notice about the association for.

    Their own where it lies above and their grant reaches it, else the nearest above that one reaches.
    """
    codes = [
        code
        for code in scopes_above(association.code)[:-1]
        if user.scope.covers(Permission.EDIT_RECORDS, code)
    ]
    above = {each.code: each for each in Association.objects.scoped().filter(code__in=codes)}
    if user.association and user.association.code in above:
        return user.association
    return above[max(above, key=len)] if above else None
