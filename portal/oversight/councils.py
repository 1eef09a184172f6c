"""The councils of a subtree, a page at a time: term, seats and verdicts of each association."""

from dataclasses import dataclass
from datetime import date
from typing import Self

from django.db.models import Q

from associations.models import Association
from associations.register.queries import COUNT_LIMIT
from members.term_states import SittingTerm, sitting_terms

from .council_filters import CouncilFilter, narrowed
from .quota_words import QuotaLine, lines_of
from .quotas import quotas_of_many
from .rules_under import RulesUnder

PAGE_SIZE = 50


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a page of the list begins: beside an association, by level and code."""

    level: int
    code: str
    is_backwards: bool = False

    @classmethod
    def beside(cls, association: Association, *, is_backwards: bool = False) -> Self:
        return cls(level=association.level, code=association.code, is_backwards=is_backwards)


@dataclass(frozen=True, kw_only=True)
class CouncilRow:
    """One association's council on a day."""

    association: Association
    term: SittingTerm
    quotas: tuple[QuotaLine, ...]


@dataclass(frozen=True, kw_only=True)
class CouncilPage:
    """A page of councils and the places beside which the previous and the following one begin.

    `count` stops at one above COUNT_LIMIT.
    """

    rows: tuple[CouncilRow, ...]
    count: int
    previous: Place | None
    following: Place | None


def council_page(
    node: Association, wanted: CouncilFilter, *, on: date, is_own: bool, place: Place | None
) -> CouncilPage:
    """Read a page of the node's subtree (`is_own`: the node alone) as it was on the day, high levels first.

    The number of statements does not depend on the number of rows.
    """
    rules = RulesUnder.at(node, on=on)
    found = rules.places.filter(pk=node.pk) if is_own else rules.places
    listed = found = narrowed(found, wanted, rules=rules)
    is_backwards = place is not None and place.is_backwards
    order = ("-level", "-code") if is_backwards else ("level", "code")
    if place is not None:
        found = found.filter(_beyond(place))
    read = list(found.order_by(*order)[: PAGE_SIZE + 1])
    page, has_more = read[:PAGE_SIZE], len(read) > PAGE_SIZE
    if is_backwards:
        page.reverse()
    has_previous, has_following = (has_more, True) if is_backwards else (place is not None, has_more)
    return CouncilPage(
        rows=_rows(page, rules),
        count=listed[: COUNT_LIMIT + 1].count() if place or has_more else len(page),
        previous=Place.beside(page[0], is_backwards=True) if page and has_previous else None,
        following=Place.beside(page[-1]) if page and has_following else None,
    )


def _beyond(place: Place) -> Q:
    side = "lt" if place.is_backwards else "gt"
    further = Q(**{f"level__{side}": place.level})
    return further | Q(level=place.level, **{f"code__{side}": place.code})


def _rows(associations: list[Association], rules: RulesUnder) -> tuple[CouncilRow, ...]:
    if not associations:
        return ()
    terms = sitting_terms(associations, on=rules.on, codes=rules.codes, book=rules.terms)
    quotas = quotas_of_many(associations, on=rules.on, rules=rules)
    return tuple(
        CouncilRow(
            association=association,
            term=terms[association.pk],
            quotas=lines_of(quotas[association.pk]),
        )
        for association in associations
    )
