"""The rules in force under a place, and whom they bind: one set for tiles, lists, replies and reports."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Self

from django.db.models import Q

from associations.models import Association, MilestoneRule, QuotaRule
from associations.models.association import AssociationQuerySet
from associations.policies.rule_book import RuleBook
from associations.policies.rule_queries import Clause, reached, rule_books
from associations.register.codes_on import CodesOn, common_node
from members.term_states import TermBook, term_book

QuotaBooks = dict[str, RuleBook[Clause[QuotaRule]]]
MilestoneBooks = dict[str, RuleBook[Clause[MilestoneRule]]]


class RulesUnder:
    """What may bind an association at or under a place on a day; each family is read once, when asked for."""

    def __init__(self, node: str, *, on: date, codes: CodesOn) -> None:
        self.node = node
        self.on = on
        self.codes = codes

    @classmethod
    def at(cls, place: Association, *, on: date) -> Self:
        """Return what may bind a place and all that lay under it on the day."""
        codes = CodesOn(on)
        return cls(codes.of(place), on=on, codes=codes)

    @classmethod
    def above(cls, associations: Sequence[Association], *, on: date) -> Self:
        """Return what may bind any of the associations."""
        codes = CodesOn(on)
        return cls(common_node(map(codes.of, associations)), on=on, codes=codes)

    @cached_property
    def quotas(self) -> QuotaBooks:
        """Return a rule book for each body."""
        return rule_books(
            QuotaRule,
            by="body",
            node=self.node,
            on=self.on,
            codes=self.codes,
            is_weaker=QuotaRule.asks_less_than,
        )

    @cached_property
    def milestones(self) -> MilestoneBooks:
        """Return a rule book for each milestone."""
        return rule_books(
            MilestoneRule,
            by="milestone",
            node=self.node,
            on=self.on,
            codes=self.codes,
            is_weaker=MilestoneRule.asks_less_than,
        )

    @cached_property
    def terms(self) -> TermBook:
        """Return the book of the rules on the length of terms."""
        return term_book(self.node, on=self.on, codes=self.codes)

    @property
    def places(self) -> AssociationQuerySet:
        """Return all that lay under the place on the day and that figures count."""
        return Association.objects.under_on(self.node, on=self.on).counted(on=self.on)

    @property
    def bound_by_quotas(self) -> Q:
        """Return the condition that a quota binds an association of `places`, with a council or without."""
        return self._bound(self.quotas)

    @property
    def bound_by_milestones(self) -> Q:
        """Return the condition that a reform milestone binds an association of `places`."""
        return self._bound(self.milestones)

    def bound(self, condition: Q) -> list[Association]:
        """List by code the associations that the condition keeps."""
        return list(self.places.filter(condition).order_by("code"))

    def _bound(self, books: Mapping[str, RuleBook[Clause[QuotaRule]] | RuleBook[Clause[MilestoneRule]]]) -> Q:
        clauses: Iterable[Clause[QuotaRule] | Clause[MilestoneRule]] = (
            clause for book in books.values() for clause in book.by_precedence
        )
        return reached((clause.reach for clause in clauses), node=self.node)
