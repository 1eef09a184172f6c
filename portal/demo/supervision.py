"""Notices about what the boards show overdue or short, each somewhere on its way."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random

from associations.models import Association
from portal.oversight.enums import NoticeKind, NoticeStep
from portal.oversight.models import SupervisionNotice, SupervisionStep
from portal.oversight.reform import standings_of_many
from portal.oversight.supervision.proposals import Proposal, proposals_of
from portal.records.models import StoredFile

FOUND_ON = date(2026, 7, 1)
MOST = 120
# The steps that a notice takes after it was found, each as likely as the next.
ISSUED = (NoticeStep.NOTICED,)
ANSWERED = (*ISSUED, NoticeStep.ANSWERED)
PATHS = (
    (),
    ISSUED,
    ISSUED,
    ANSWERED,
    (*ANSWERED, NoticeStep.CLOSED),
    (*ANSWERED, NoticeStep.CLOSED),
    (*ANSWERED, NoticeStep.RETURNED),
    (*ISSUED, NoticeStep.RAISED),
)
TEXTS = {
    NoticeStep.ANSWERED: "已报请本级党委政府研究，有关文件见附件。",
    NoticeStep.RETURNED: "附件缺少盖章页，请补充后重新回复。",
    NoticeStep.RAISED: "逾期未回复，提请上级协会督办。",
    NoticeStep.CLOSED: "已核对佐证文件，同意办结。",
}


def make_notices(offices: Sequence[Association], *, proof: StoredFile, random: Random) -> int:
    """Issue notices about one in four of the proposals of the day, up to 120."""
    standings = standings_of_many(offices, on=FOUND_ON)
    parents = Association.objects.in_bulk([office.parent_id for office in offices if office.parent_id])
    proposals = [
        proposal
        for office in offices
        if office.parent_id and office.established_on
        for proposal in proposals_of(office, standings[office.pk], on=FOUND_ON)
        if not random.randrange(4)
    ][:MOST]
    notices = SupervisionNotice.objects.bulk_create(
        _notice(proposal, parents[proposal.association.parent_id]) for proposal in proposals
    )
    steps = [step for notice in notices for step in _steps(notice, proof=proof, random=random)]
    SupervisionStep.objects.bulk_create(steps, batch_size=2000)
    return len(notices)


def _notice(proposal: Proposal, issuer: Association) -> SupervisionNotice:
    is_milestone = proposal.kind == NoticeKind.OVERDUE_MILESTONE
    return SupervisionNotice(
        association=proposal.association,
        issuer=issuer,
        kind=proposal.kind,
        milestone=proposal.item if is_milestone else "",
        body="" if is_milestone else proposal.item,
        finding=proposal.finding,
    )


def _steps(notice: SupervisionNotice, *, proof: StoredFile, random: Random) -> Iterator[SupervisionStep]:
    day = FOUND_ON
    yield SupervisionStep(notice=notice, step=NoticeStep.FOUND, on=day, text=notice.finding)
    path = random.choice(PATHS)
    if NoticeStep.RAISED in path and notice.issuer.parent is None:
        path = ISSUED
    for step in path:
        day += timedelta(days=random.randrange(5, 25))
        asks = step in (NoticeStep.NOTICED, NoticeStep.RETURNED)
        number = f"示计生协〔{day.year}〕{random.randrange(1, 60)}号" if step == NoticeStep.NOTICED else ""
        yield SupervisionStep(
            notice=notice,
            step=step,
            on=day,
            document_number=number,
            due_on=day + timedelta(days=random.randrange(20, 90)) if asks else None,
            text=TEXTS.get(step, ""),
            file=proof if step == NoticeStep.ANSWERED else None,
            raised_to=notice.issuer.parent if step == NoticeStep.RAISED else None,
        )
