import pytest
from django.test import RequestFactory

from associations.models import Association
from portal.accounts.middleware import ScopeMiddleware
from portal.accounts.roles import LEADER, OFFICE, VERIFIER, Permission
from portal.accounts.scope import Scope, UnscopedQuery, guarded, shortest
from tests import factories


@pytest.mark.parametrize(
    ("codes", "kept"),
    [
        ([], ()),
        (["36"], ("36",)),
        (["3601", "36"], ("36",)),
        (["36", "31"], ("31", "36")),
        (["360102", "360103", "3601"], ("3601",)),
        (["360102", "360102-0001", "360103"], ("360102", "360103")),
        (["360102", "360102"], ("360102",)),
    ],
)
def test_shortest_keeps_what_nothing_else_covers(codes, kept):
    assert shortest(codes) == kept


@pytest.mark.parametrize(
    ("held", "prefix", "left"),
    [
        ("36", "3601", ("3601",)),
        ("360102", "3601", ("360102",)),
        ("3601", "3601", ("3601",)),
        ("3602", "3601", ()),
        ("31", "36", ()),
    ],
)
def test_narrowed_leaves_what_both_reach(held, prefix, left):
    scope = Scope(prefixes={Permission.VIEW_STATISTICS: (held,), Permission.VIEW_PEOPLE: (held,)})

    narrowed = scope.narrowed(permissions=[Permission.VIEW_STATISTICS], prefix=prefix)

    assert narrowed.prefixes == {Permission.VIEW_STATISTICS: left}


@pytest.mark.parametrize(
    ("code", "covers", "is_above"),
    [
        ("3601", True, False),
        ("360102", True, True),
        ("3601-0001", True, True),
        ("36", False, False),
        ("3602", False, False),
        ("3602013", False, False),
    ],
)
def test_covers_and_is_above_differ_at_the_own_association(code, covers, is_above):
    scope = Scope.of_grants([(VERIFIER.codename, "3601")])

    assert scope.covers(Permission.VERIFY, code) is covers
    assert scope.is_above(Permission.VERIFY, code) is is_above


def test_scope_adds_up_the_grants_of_each_permission():
    scope = Scope.of_grants([(OFFICE.codename, "360102"), (LEADER.codename, "3601"), (LEADER.codename, "31")])

    assert scope.prefixes == {
        Permission.VIEW_REGISTER: ("31", "3601"),
        Permission.VIEW_STATISTICS: ("31", "3601"),
        Permission.MAKE_REPORTS: ("31", "3601"),
        Permission.VIEW_PEOPLE: ("360102",),
        Permission.EDIT_RECORDS: ("360102",),
        Permission.CLAIM: ("360102",),
    }


def test_inactive_user_may_nothing(office):
    office.is_active = False

    assert office.scope.prefixes == {}


def test_view_that_forgets_for_whom_it_reads_fails(county):
    forgetful = ScopeMiddleware(lambda request: Association.objects.count())

    with pytest.raises(UnscopedQuery, match="Association was read without visible_to"):
        forgetful(RequestFactory().get("/"))


@pytest.mark.parametrize(
    "read",
    [
        list,
        lambda rows: rows.first(),
        lambda rows: rows.get(pk=1),
        lambda rows: rows.exists(),
        lambda rows: list(rows.values("code")),
        lambda rows: list(rows.iterator()),
        lambda rows: rows.in_bulk([1]),
        lambda rows: rows.update(phone=""),
    ],
)
def test_every_way_of_reading_is_guarded(db, read):
    with guarded(), pytest.raises(UnscopedQuery):
        read(Association.objects.all())


def test_visible_rows_and_rows_of_a_loaded_record_are_readable(office, county, other_county):
    factories.term(county)

    with guarded():
        seen = list(Association.objects.visible_to(office))
        terms = [term.association.code for term in seen[0].terms.all()]

    assert [association.code for association in seen] == ["360102"]
    assert terms == ["360102"]
