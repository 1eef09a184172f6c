"""Reading the register: the list by keys, one association and what is below it, the picker's choices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from associations.codes import scopes_above
from associations.enums import DIVISION_LEVELS, Kind, Level, RegisterState
from associations.models import Association, Staffing, Succession
from associations.models.association import AssociationQuerySet
from associations.register.codes_on import CodesOn
from associations.register.coverage import Coverage, coverage_by_place
from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.accounts.scope import shortest

COUNT_LIMIT = 100_000
FOUND = 20


@dataclass(frozen=True, kw_only=True)
class RegisterFilters:
    """What a list of the register keeps; empty values keep everything."""

    under: str = ""
    level: Level | None = None
    kind: Kind | None = None
    state: RegisterState | None = None
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page by keys; `count` goes one beyond 100,000 and no further, so that it stays cheap."""

    rows: Sequence[Association]
    previous: str
    following: str
    count: int

    @property
    def is_count_exact(self) -> bool:
        return self.count <= COUNT_LIMIT


def path_above(association: Association) -> list[Association]:
    """List the associations above one, highest first; their names are part of every official name below."""
    codes = scopes_above(association.code)[:-1]
    return list(Association.objects.scoped().filter(code__in=codes).order_by("code"))


def matching(text: str) -> Q:
    """Match a code's beginning, pinyin initials' beginning, or any part of a name."""
    if text.isascii():
        return Q(code__startswith=text) if text[:1].isdigit() else Q(name_key__startswith=text.lower())
    return Q(name__contains=text)


def with_state(rows: AssociationQuerySet, state: RegisterState, *, on: date) -> AssociationQuerySet:
    """Keep what is due on the day, or its part that is established or missing, as coverage counts them."""
    due = rows.due(on=on)
    match state:
        case RegisterState.ESTABLISHED:
            return due.established(on=on)
        case RegisterState.MISSING:
            return due.missing(on=on)
    return due


def lying_under(rows: AssociationQuerySet, code: str, *, on: date) -> AssociationQuerySet:
    """Keep what lay on the day under the place that bears `code` today."""
    codes = CodesOn(on)
    if not codes.changed:
        return rows.under(code)
    place = Association.objects.scoped().filter(code=code).first()
    return rows.under_on(codes.of(place) if place else code, on=on)


def register(user: User, wanted: RegisterFilters, *, on: date) -> AssociationQuerySet:
    """Return the associations in scope that the filters keep; tree, due and established as of the day."""
    rows = Association.objects.visible_to(user)
    if wanted.under:
        # Who sees a place sees what lay under it on the day, as on every page of figures.
        sees_place = user.scope.covers(Permission.VIEW_REGISTER, wanted.under)
        rows = lying_under(Association.objects.scoped() if sees_place else rows, wanted.under, on=on)
    rows = rows.order_by("code")
    if wanted.level is not None:
        rows = rows.at_level(wanted.level)
    if wanted.kind is not None:
        rows = rows.filter(kind=wanted.kind)
    if wanted.state is not None:
        rows = with_state(rows, wanted.state, on=on)
    if wanted.text:
        rows = rows.filter(matching(wanted.text))
    return rows


def page_of(rows: AssociationQuerySet, *, after: str = "", before: str = "", size: int) -> Page:
    """Cut one page out of rows ordered by code, from a code on; an OFFSET would read all that it skips."""
    if before:
        found = list(rows.filter(code__lt=before).reverse().select_related("parent")[: size + 1])
        more_before, more_after = len(found) > size, True
        found = found[:size][::-1]
    else:
        found = list(rows.filter(code__gt=after).select_related("parent")[: size + 1])
        more_before, more_after = bool(after), len(found) > size
        found = found[:size]
    return Page(
        rows=found,
        previous=found[0].code if found and more_before else "",
        following=found[-1].code if found and more_after else "",
        count=rows.order_by()[: COUNT_LIMIT + 1].count(),
    )


@dataclass(frozen=True, kw_only=True)
class Below:
    """The divisions of one level below an association."""

    level: Level
    coverage: Coverage


def below(association: Association, *, on: date) -> list[Below]:
    """Count due and established divisions below an association by level, in one statement."""
    code = code_of(association, on=on)
    counts = coverage_by_place(code, width=len(code), on=on)
    by_level = {level: coverage for (_, level), coverage in counts.items()}
    return [
        Below(level=level, coverage=by_level[level])
        for level in DIVISION_LEVELS
        if level > association.level and level in by_level
    ]


def units_below(association: Association, *, on: date) -> list[tuple[Kind, int]]:
    """Count the established associations outside the divisions below one, by kind, as of the day."""
    counts = (
        Association.objects.under_on(code_of(association, on=on), on=on)
        .at_level(Level.UNIT)
        .exclude(pk=association.pk)
        .established(on=on)
        .counts_by_kind()
    )
    return [(Kind(kind), count) for kind, count in counts]


def staffing_of(association: Association, *, on: date) -> list[Staffing]:
    """List the posts of the association's office in force on the day."""
    return list(association.staffing.in_force(on=on).order_by("establishment", "employment"))


def successions_of(association: Association) -> list[Succession]:
    """List the changes of an association's code, name and territory, those into it included."""
    changes = Succession.objects.scoped().filter(Q(association=association) | Q(other=association))
    return list(changes.select_related("association", "other").order_by("-on", "-pk"))


def code_of(association: Association, *, on: date) -> str:
    """Return the code that the association bore on the day."""
    return CodesOn(on).of(association)


def children(parent: Association, *, user: User) -> list[Association]:
    """List the divisions in scope directly under an association."""
    rows = Association.objects.visible_to(user).divisions().filter(parent=parent)
    return list(rows.order_by("code"))


def find(text: str, *, user: User) -> list[Association]:
    """Find at most 20 associations in scope by name, code or pinyin initials, higher levels first."""
    rows = Association.objects.visible_to(user).filter(matching(text)).select_related("parent")
    return list(rows.order_by("level", "code")[:FOUND])


def roots(user: User) -> list[Association]:
    """List the associations that the user's register hangs under: where the grants are."""
    prefixes = shortest(user.scope.prefixes_for(Permission.VIEW_REGISTER))
    return list(Association.objects.scoped().filter(code__in=prefixes).order_by("code"))


def path_to(association: Association) -> list[Association]:
    """List the places above an association, highest first, and itself."""
    above = Association.objects.scoped().filter(code__in=scopes_above(association.code))
    return list(above.order_by("code"))


def visible_by_code(code: str, *, user: User, permission: Permission) -> Association | None:
    """Find the association that bears the code if the user holds the permission there."""
    return Association.objects.visible_to(user, permission).filter(code=code).first()
