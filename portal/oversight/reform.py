"""Reform progress: the one place that says how far each milestone of an association has come."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from associations.enums import COMPUTED_MILESTONES, Milestone, MilestoneState, MilestoneStep
from associations.milestones.rules import NO_HISTORY, History, Step, history_of, is_late, is_overdue
from associations.models import Association, MilestoneEvent, MilestoneRule
from associations.policies.rule_book import Binding
from associations.policies.rule_queries import Clause
from members.enums import TermState
from members.term_states import SittingTerm, sitting_terms

from .quotas import meets_all, quotas_of_many
from .rules_under import RulesUnder
from .verdicts import BodyQuota, MilestoneStatus, Progress, Standing, in_catalogue_order

REACHED = History(state=MilestoneState.VERIFIED, claim=None)
NOT_REACHED = History(state=MilestoneState.IN_PROGRESS, claim=None)
NOT_COMPUTED = History(state=MilestoneState.NOT_COMPUTED, claim=None)


def statuses_of(association: Association, *, on: date) -> tuple[MilestoneStatus, ...]:
    """Say how far every milestone that binds the association has come, in the order of the catalogue."""
    return statuses_of_many([association], on=on)[association.pk]


def statuses_of_many(
    associations: Sequence[Association], *, on: date, rules: RulesUnder | None = None
) -> dict[int, tuple[MilestoneStatus, ...]]:
    """Say the same for many associations; none where no policy asks for any."""
    standings = standings_of_many(associations, on=on, rules=rules)
    return {pk: standing.statuses for pk, standing in standings.items()}


def standings_of_many(
    associations: Sequence[Association], *, on: date, rules: RulesUnder | None = None
) -> dict[int, Standing]:
    """Judge quotas, term and milestones of many associations, in a fixed number of statements."""
    rules = rules or RulesUnder.above(associations, on=on)
    bindings = _bindings(associations, rules)
    histories = _histories(associations, on=on)
    quotas = quotas_of_many(associations, on=on, rules=rules)
    terms = sitting_terms(associations, on=on, codes=rules.codes, book=rules.terms)
    return {
        association.pk: Standing(
            quotas=quotas[association.pk],
            term=terms[association.pk],
            statuses=tuple(
                _status(
                    milestone,
                    binding,
                    _computed(milestone, quotas[association.pk], terms[association.pk])
                    or histories.get((association.pk, milestone), NO_HISTORY),
                    on=on,
                )
                for milestone, binding in bindings[association.pk].items()
            ),
        )
        for association in associations
    }


def progress_of(statuses: Iterable[MilestoneStatus]) -> Progress:
    """Add up milestones, by weight and by number; what nothing computes yet stands beside both."""
    bound = tuple(statuses)
    computed = [status for status in bound if status.state != MilestoneState.NOT_COMPUTED]
    verified = [status for status in computed if status.state == MilestoneState.VERIFIED]
    claimed = [status for status in computed if status.state == MilestoneState.CLAIMED]
    overdue = [status for status in computed if status.is_overdue]
    late = [status for status in computed if status.is_late]
    uncomputed = {status.milestone for status in bound if status.state == MilestoneState.NOT_COMPUTED}
    return Progress(
        required=_weight(computed),
        verified=_weight(verified),
        claimed=_weight(claimed),
        overdue=_weight(overdue),
        late=_weight(late),
        bound_count=len(bound),
        claimed_count=len(claimed),
        overdue_count=len(overdue),
        late_count=len(late),
        uncomputed_count=len(bound) - len(computed),
        uncomputed=in_catalogue_order(uncomputed),
    )


def _weight(statuses: Iterable[MilestoneStatus]) -> int:
    return sum(status.weight for status in statuses)


def _bindings(
    associations: Sequence[Association], rules: RulesUnder
) -> dict[int, dict[Milestone, Binding[Clause[MilestoneRule]]]]:
    books = rules.milestones
    catalogue = [milestone for milestone in Milestone if milestone in books]
    found: dict[int, dict[Milestone, Binding[Clause[MilestoneRule]]]] = {each.pk: {} for each in associations}
    for association in associations:
        if not association.is_counted(on=rules.on):
            continue
        code, level = rules.codes.of(association), association.level
        asked = {each: books[each].binding(code=code, level=level, on=rules.on) for each in catalogue}
        found[association.pk] = {milestone: binding for milestone, binding in asked.items() if binding}
    return found


def _histories(associations: Sequence[Association], *, on: date) -> dict[tuple[int, str], History]:
    steps: defaultdict[tuple[int, str], list[Step]] = defaultdict(list)
    keys = [association.pk for association in associations]
    events = MilestoneEvent.objects.scoped().up_to(on).filter(association__in=keys).order_by("on", "pk")
    columns = ("association_id", "milestone", "step", "on", "achieved_on", "document_number")
    for association, milestone, step, day, achieved_on, number in events.values_list(*columns):
        steps[association, milestone].append(
            Step(step=MilestoneStep(step), on=day, achieved_on=achieved_on, document_number=number)
        )
    return {key: history_of(found) for key, found in steps.items()}


def _computed(milestone: Milestone, quotas: Sequence[BodyQuota], term: SittingTerm) -> History | None:
    """Read the state of a computed milestone from the data; None for those that are claimed."""
    if milestone not in COMPUTED_MILESTONES:
        return None
    if milestone == Milestone.QUOTAS:
        return REACHED if meets_all(quotas) else NOT_REACHED
    if milestone == Milestone.RE_ELECTION:
        return REACHED if term.state in (TermState.IN_TERM, TermState.DUE_SOON) else NOT_REACHED
    return NOT_COMPUTED


def _status(
    milestone: Milestone, binding: Binding[Clause[MilestoneRule]], history: History, *, on: date
) -> MilestoneStatus:
    rule = binding.rule.rule
    claim = history.claim
    return MilestoneStatus(
        milestone=milestone,
        state=history.state,
        deadline=rule.deadline,
        achieved_on=claim.achieved_on if claim else None,
        document_number=claim.document_number if claim else "",
        claimed_on=claim.on if claim else None,
        is_overdue=is_overdue(history.state, deadline=rule.deadline, on=on),
        is_late=is_late(history, deadline=rule.deadline),
        weight=rule.weight,
        rule=binding.rule.citation,
        weaker_than=binding.weaker_than.citation if binding.weaker_than else None,
    )
