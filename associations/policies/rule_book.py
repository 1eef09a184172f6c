"""Which rule binds an association on a day: pure arithmetic on reach, issuer and date."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, Protocol, TypeVar

from associations.codes import scopes_above


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

    @property
    def by_precedence(self) -> list[R]:
        """Return every rule, the one that binds before all others first."""
        return sorted(
            (rule for rules in self._by_scope.values() for rule in rules), key=_nearness, reverse=True
        )

    def _strictest(self, rules: Sequence[R]) -> R | None:
        strictest: R | None = None
        for rule in rules:
            if strictest is None or self._is_weaker(strictest, rule):
                strictest = rule
        return strictest


def _nearness(rule: Resolvable) -> tuple[int, date, date, int]:
    reach = rule.reach
    return len(reach.issuer_code), reach.dated_on, reach.starts_on, rule.key
