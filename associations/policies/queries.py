"""Which documents there are, and the rules that they carry."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import add

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from associations.models import RULE_FAMILIES, PolicyDocument, Rule
from portal.accounts.models import User
from portal.lib.asof import FIRST_DAY

COUNT_LIMIT = 1_000
WORD_BEGINS = re.compile(r"(?<!^)(?=[A-Z])")
FAMILY_NAMES: dict[str, type[Rule]] = {family._meta.model_name or "": family for family in RULE_FAMILIES}


@dataclass(frozen=True, kw_only=True)
class PolicyFilter:
    """What a list of documents is narrowed to; an empty value does not narrow."""

    text: str = ""
    issuer: str = ""
    family: type[Rule] | None = None
    in_force_only: bool = False


@dataclass(frozen=True, kw_only=True)
class Place:
    """The document after which a page begins."""

    dated_on: date
    pk: int


@dataclass(frozen=True, kw_only=True)
class PolicyPage:
    """Documents, newest first, each with `in_force_count`; `count` stops at one above COUNT_LIMIT."""

    documents: tuple[PolicyDocument, ...]
    count: int
    following: Place | None


@dataclass(frozen=True, kw_only=True)
class FamilyRules:
    """The rules of one family in one document."""

    family: type[Rule]
    rules: tuple[Rule, ...]


def slug_of(family: type[Rule]) -> str:
    """Name the record pages of a family: `key-task-rules`."""
    return f"{WORD_BEGINS.sub('-', family.__name__).lower()}s"


def policy_page(user: User, *, on: date, wanted: PolicyFilter, after: Place | None, size: int) -> PolicyPage:
    """Return one page of the documents that the user may read, newest first."""
    documents = (
        PolicyDocument.objects.visible_to(user)
        .filter(_wanted(wanted, on=on))
        .annotate(
            in_force_count=_in_force_count(on),
            day=Coalesce("dated_on", Value(FIRST_DAY)),
        )
    )
    if wanted.in_force_only:
        documents = documents.filter(in_force_count__gt=0)
    total = documents[: COUNT_LIMIT + 1].count()
    if after:
        documents = documents.filter(Q(day__lt=after.dated_on) | Q(day=after.dated_on, pk__lt=after.pk))
    found = list(documents.select_related("issuer").order_by("-day", "-pk")[: size + 1])
    shown = found[:size]
    following = Place(dated_on=shown[-1].day, pk=shown[-1].pk) if len(found) > size else None
    return PolicyPage(documents=tuple(shown), count=total, following=following)


def documents_named(user: User, names: Iterable[str]) -> list[PolicyDocument]:
    """Find the documents that the user may read by their numbers, or by their titles where they have none."""
    readable = PolicyDocument.objects.visible_to(user)
    return list(readable.filter(Q(number__in=names) & ~Q(number="") | Q(number="", title__in=names)))


def _wanted(wanted: PolicyFilter, *, on: date) -> Q:
    condition = Q()
    if wanted.text:
        condition &= Q(title__icontains=wanted.text) | Q(number__icontains=wanted.text)
    if wanted.issuer:
        condition &= Q(issuer__code__startswith=wanted.issuer)
    if wanted.family:
        rules = wanted.family.objects.scoped()
        rules = rules.in_force(on=on) if wanted.in_force_only else rules
        condition &= Q(pk__in=rules.values("document"))
    return condition


def _in_force_count(on: date) -> Combinable:
    counts = [_count_of(family.objects.scoped().in_force(on=on)) for family in RULE_FAMILIES]
    return reduce(add, counts)


def _count_of(rules: QuerySet[Rule]) -> Combinable:
    counted = rules.filter(document=OuterRef("pk")).order_by().values("document").annotate(n=Count("pk"))
    return Coalesce(Subquery(counted.values("n")), 0)


def basis_of(document: PolicyDocument, *, user: User) -> list[PolicyDocument]:
    """Return the documents that one is based on, as far as the user may read them."""
    return list(PolicyDocument.objects.visible_to(user).filter(based=document).order_by("dated_on", "pk"))


def rules_of(document: PolicyDocument) -> tuple[FamilyRules, ...]:
    """Return all rules that a document ever carried, family by family, those that ended included."""
    return tuple(
        FamilyRules(family=family, rules=tuple(found))
        for family in RULE_FAMILIES
        if (found := family.objects.scoped().filter(document=document).select_related("scope").order_by("pk"))
    )


def open_rules_of(document: PolicyDocument, *, on: date) -> list[Rule]:
    """Return the rules of a document that hold on the day or begin after it."""
    still_open = Q(ends_on__isnull=True) | Q(ends_on__gt=on)
    return [
        rule
        for family in RULE_FAMILIES
        for rule in family.objects.scoped().filter(still_open, document=document).order_by("pk")
    ]
