"""Histories of reform milestones: started, claimed, returned, verified, as offices really leave them."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random

from associations.enums import COMPUTED_MILESTONES, Milestone, MilestoneStep
from associations.models import Association, MilestoneEvent
from portal.oversight.reform import statuses_of_many
from portal.records.models import StoredFile

FIRST_DAY = date(2020, 5, 6)
LAST_DAY = date(2026, 10, 31)


def make_histories(
    associations: Sequence[Association],
    *,
    proof: StoredFile,
    random: Random,
    skip: frozenset[tuple[str, str]],
) -> int:
    """Give each milestone that binds an association a history; `skip` names (code, milestone) left alone."""
    statuses = statuses_of_many(associations, on=LAST_DAY)
    events = [
        event
        for association in associations
        for status in statuses[association.pk]
        if status.milestone not in COMPUTED_MILESTONES and (association.code, status.milestone) not in skip
        for event in history(association, status.milestone, proof=proof, random=random)
    ]
    return len(MilestoneEvent.objects.bulk_create(events, batch_size=5000))


def history(
    association: Association, milestone: Milestone, *, proof: StoredFile, random: Random
) -> Iterator[MilestoneEvent]:
    """Draw the steps of one milestone: two in three verified, the others somewhere on the way."""
    fate = random.randrange(100)
    if fate < 8:
        return
    day = FIRST_DAY + timedelta(days=random.randrange(220))
    yield step(association, milestone, MilestoneStep.STARTED, day)
    if fate < 18:
        return
    achieved = day + timedelta(days=random.randrange(20, 240))
    day = achieved + timedelta(days=random.randrange(3, 40))
    yield claim(association, milestone, day, achieved_on=achieved, proof=proof, random=random)
    if fate < 26:
        return
    if fate < 38:
        day += timedelta(days=random.randrange(5, 30))
        reason = random.choice(("文号与附件不一致", "附件缺少盖章页", "所附文件不是本级印发"))
        yield step(association, milestone, MilestoneStep.RETURNED, day, reason=reason)
        if fate < 32:
            return
        day += timedelta(days=random.randrange(5, 40))
        yield claim(association, milestone, day, achieved_on=achieved, proof=proof, random=random)
    yield step(association, milestone, MilestoneStep.VERIFIED, day + timedelta(days=random.randrange(3, 30)))


def step(
    association: Association, milestone: Milestone, what: MilestoneStep, on: date, **values
) -> MilestoneEvent:
    return MilestoneEvent(association=association, milestone=milestone, step=what, on=on, **values)


def claim(
    association: Association,
    milestone: Milestone,
    on: date,
    *,
    achieved_on: date,
    proof: StoredFile,
    random: Random,
) -> MilestoneEvent:
    return step(
        association,
        milestone,
        MilestoneStep.CLAIMED,
        on,
        achieved_on=achieved_on,
        document_number=f"示府办〔{achieved_on.year}〕{random.randrange(1, 90)}号",
        file=proof,
    )
