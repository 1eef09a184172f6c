"""What deserves a notice: the overdue milestones and broken quotas that the boards show."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from associations.enums import Milestone
from associations.models import Association
from members.rules import QuotaResult
from portal.accounts.models import User
from portal.lib.dates import official_day
from portal.oversight.enums import NoticeKind
from portal.oversight.milestone_words import badge_of
from portal.oversight.quota_words import QuotaLine, lines_of
from portal.oversight.quotas import NOT_MET
from portal.oversight.reform import standings_of_many
from portal.oversight.rules_under import RulesUnder
from portal.oversight.verdicts import BodyQuota, MilestoneStatus, Standing

from .permissions import may_issue
from .queries import open_subjects

PAGE_SIZE = 50


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """Something that a notice could be issued about; `item` is the value of the milestone or the body."""

    association: Association
    kind: NoticeKind
    item: str
    label: str
    finding: str
    days: int | None

    @property
    def key(self) -> str:
        return f"{self.association.code}.{self.kind}.{self.item}"


@dataclass(frozen=True, kw_only=True)
class ProposalPage:
    """One page of proposals; `following` is the key after which the next one begins, or empty."""

    rows: tuple[Proposal, ...]
    count: int
    following: str


def proposals_under(
    node: Association, *, user: User, on: date, kind: str = "", after: str = ""
) -> ProposalPage:
    """List by code what the user could issue notices about in a subtree, without what is under notice."""
    rules = RulesUnder.at(node, on=on)
    bound = rules.bound(rules.bound_by_quotas | rules.bound_by_milestones)
    below = [association for association in bound if may_issue(user, association)]
    standings = standings_of_many(below, on=on, rules=rules)
    known = open_subjects(user, on=on)
    found = [
        proposal
        for association in below
        for proposal in proposals_of(association, standings[association.pk], on=on)
        if kind in ("", proposal.kind) and (association.pk, proposal.kind, proposal.item) not in known
    ]
    return _page(sorted(found, key=lambda proposal: proposal.key), after=after)


def proposal_for(association: Association, *, kind: str, item: str, on: date) -> Proposal | None:
    """Return what is to be proposed of one association about a milestone or a body, if anything is."""
    standing = standings_of_many([association], on=on)[association.pk]
    found = proposals_of(association, standing, on=on)
    return next((proposal for proposal in found if (proposal.kind, proposal.item) == (kind, item)), None)


def proposals_of(association: Association, standing: Standing, *, on: date) -> Iterator[Proposal]:
    """Say what the verdicts of one association give cause to."""
    yield from _of_milestones(association, standing.statuses, on=on)
    yield from _of_quotas(association, standing.quotas)


def _of_milestones(
    association: Association, statuses: Iterable[MilestoneStatus], *, on: date
) -> Iterator[Proposal]:
    for status in statuses:
        # The quotas are proposed one by one, with their figures.
        if not status.is_overdue or status.deadline is None or status.milestone == Milestone.QUOTAS:
            continue
        days = (on - status.deadline).days
        label = str(status.milestone.label)
        yield Proposal(
            association=association,
            kind=NoticeKind.OVERDUE_MILESTONE,
            item=status.milestone.value,
            label=label,
            finding=(
                f"“{label}”应于{official_day(status.deadline)}前完成（{status.rule}），"
                f"截至{official_day(on)}为“{badge_of(status).word}”，逾期{days}天。"
            ),
            days=days,
        )


def _of_quotas(association: Association, quotas: Sequence[BodyQuota]) -> Iterator[Proposal]:
    for line in lines_of(quotas):
        if line.quota.verdict in NOT_MET:
            yield Proposal(
                association=association,
                kind=NoticeKind.QUOTA,
                item=line.body.value,
                label=str(line.body.label),
                finding=_quota_finding(line),
                days=None,
            )


def _quota_finding(line: QuotaLine) -> str:
    quota, name = line.quota, line.body.label
    asked = f"不低于{line.required}%的规定（{quota.rule}）"
    if quota.verdict == QuotaResult.NO_COUNCIL:
        return f"没有组成{name}，达不到{asked}。"
    share = f"{name}{quota.total}席中计入比例的{quota.counted}席，占{quota.percent}%"
    return f"{share}，达不到{asked}；需{line.remedy}。"


def _page(found: Sequence[Proposal], *, after: str) -> ProposalPage:
    rest = [proposal for proposal in found if proposal.key > after]
    shown = tuple(rest[:PAGE_SIZE])
    return ProposalPage(
        rows=shown, count=len(found), following=shown[-1].key if len(rest) > len(shown) else ""
    )
