"""Which rule binds, and what a milestone's history amounts to: pure arithmetic on facts."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, Protocol, TypeVar

from .enums import CODE_WIDTH, MilestoneState, MilestoneStep


@dataclass(frozen=True, kw_only=True)
class Citation:
    """Where a rule stands: document number and clause, and whose document it is."""

    document_number: str
    title: str
    clause: str
    issuer_code: str
    issuer_name: str

    def __str__(self) -> str:
        return f"{self.document_number or self.title} {self.clause}"


@dataclass(frozen=True, kw_only=True)
class Reach:
    """Whom a rule binds and from when: what resolution compares.

    `dated_on` is the document's day (成文日期), or the rule's first day where the document has none.
    """

    issuer_code: str
    scope_code: str
    levels: tuple[int, ...]
    starts_on: date
    ends_on: date | None
    dated_on: date

    def covers(self, *, code: str, level: int, on: date) -> bool:
        return (
            code.startswith(self.scope_code)
            and level in self.levels
            and self.starts_on <= on
            and (self.ends_on is None or on <= self.ends_on)
        )


class Resolvable(Protocol):
    """What a rule must offer to be resolved: its reach, its place in print and its own key."""

    @property
    def reach(self) -> Reach: ...

    @property
    def citation(self) -> Citation: ...

    @property
    def key(self) -> int: ...


R = TypeVar("R", bound=Resolvable)


@dataclass(frozen=True, kw_only=True)
class Binding(Generic[R]):
    """The rule that binds, and the strictest one further up that it is weaker than."""

    rule: R
    weaker_than: R | None


class RuleBook(Generic[R]):
    """The rules of one family, ready to be asked for many associations.

    `is_weaker(a, b)` tells whether rule a asks less than rule b. A rule that is weaker than its
    superior's still binds.
    """

    def __init__(self, rules: Iterable[R], *, is_weaker: Callable[[R, R], bool]) -> None:
        self._is_weaker = is_weaker
        self._by_scope: defaultdict[str, list[R]] = defaultdict(list)
        for rule in rules:
            self._by_scope[rule.reach.scope_code].append(rule)

    def binding(self, *, code: str, level: int, on: date) -> Binding[R] | None:
        """Find the rule issued nearest above, then the newest; None means 无规定, never a pass."""
        candidates = [
            rule
            for scope in scopes_above(code)
            for rule in self._by_scope.get(scope, ())
            if rule.reach.covers(code=code, level=level, on=on)
        ]
        if not candidates:
            return None
        rule = max(candidates, key=_nearness)
        above = [
            other
            for other in candidates
            if len(other.reach.issuer_code) < len(rule.reach.issuer_code) and self._is_weaker(rule, other)
        ]
        return Binding(rule=rule, weaker_than=self._strictest(above))

    def _strictest(self, rules: Sequence[R]) -> R | None:
        strictest: R | None = None
        for rule in rules:
            if strictest is None or self._is_weaker(strictest, rule):
                strictest = rule
        return strictest


def _nearness(rule: Resolvable) -> tuple[int, date, date, int]:
    reach = rule.reach
    return len(reach.issuer_code), reach.dated_on, reach.starts_on, rule.key


def scopes_above(code: str) -> tuple[str, ...]:
    """Return the codes of the association itself and of every place above it: slices of its code.

    Shape: nearest last. A unit's code (`360102-0003`) hangs under its host's.
    """
    host = code.partition("-")[0]
    widths = [width for width in CODE_WIDTH.values() if width < len(host)]
    own = (host,) if host == code else (host, code)
    return (*(host[:width] for width in widths), *own)


@dataclass(frozen=True, kw_only=True)
class Step:
    """One event of a milestone's history, as far as its state depends on it."""

    step: MilestoneStep
    on: date
    achieved_on: date | None
    document_number: str


STATE_AFTER = {
    MilestoneStep.STARTED: MilestoneState.IN_PROGRESS,
    MilestoneStep.WITHDRAWN: MilestoneState.IN_PROGRESS,
    MilestoneStep.CLAIMED: MilestoneState.CLAIMED,
    MilestoneStep.RETURNED: MilestoneState.RETURNED,
    MilestoneStep.VERIFIED: MilestoneState.VERIFIED,
}
# What may follow. A verified milestone can still be returned: a mistaken verdict must be mendable on record.
STEPS_FROM = {
    MilestoneState.NOT_STARTED: (MilestoneStep.STARTED, MilestoneStep.CLAIMED),
    MilestoneState.IN_PROGRESS: (MilestoneStep.CLAIMED,),
    MilestoneState.RETURNED: (MilestoneStep.CLAIMED,),
    MilestoneState.CLAIMED: (MilestoneStep.VERIFIED, MilestoneStep.RETURNED, MilestoneStep.WITHDRAWN),
    MilestoneState.VERIFIED: (MilestoneStep.RETURNED,),
}
UNFINISHED = (MilestoneState.NOT_STARTED, MilestoneState.IN_PROGRESS, MilestoneState.RETURNED)


@dataclass(frozen=True, kw_only=True)
class History:
    """What a milestone's steps up to a day amount to."""

    state: MilestoneState
    claim: Step | None


NO_HISTORY = History(state=MilestoneState.NOT_STARTED, claim=None)


def history_of(steps: Sequence[Step]) -> History:
    """Fold steps in order into a state: the last one decides; `claim` is the claim that still stands."""
    if not steps:
        return NO_HISTORY
    state = STATE_AFTER[steps[-1].step]
    standing = state in (MilestoneState.CLAIMED, MilestoneState.VERIFIED)
    claims = [step for step in steps if step.step == MilestoneStep.CLAIMED]
    return History(state=state, claim=claims[-1] if standing and claims else None)


def is_overdue(state: MilestoneState, *, deadline: date | None, on: date) -> bool:
    """Tell whether the deadline lies before the day and nothing has been claimed.

    A claim made in time that waits for its verifier is neither overdue nor late.
    """
    return deadline is not None and deadline < on and state in UNFINISHED


def is_late(history: History, *, deadline: date | None) -> bool:
    """Tell whether what stands claimed or verified was achieved (成文日期) after the deadline."""
    return (
        deadline is not None
        and history.claim is not None
        and history.claim.achieved_on is not None
        and history.claim.achieved_on > deadline
    )
