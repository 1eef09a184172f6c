from datetime import timedelta

import pytest

from members import actions as council_actions
from portal.accounts import actions
from portal.accounts.models import Grant, User
from portal.accounts.roles import ADMINISTRATOR, LEADER, OFFICE, ROLES, Permission
from portal.lib.dates import today
from portal.lib.findings import RuleViolation
from tests import factories

GRANTS = "/accounts/grants/"
TOMORROW = today() + timedelta(days=1)


def give(desk, user, **values):
    facts = {"association": "360102", "role": "office"} | values
    return desk.post(f"/accounts/users/{user.pk}/grant/", facts)


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.code)
def test_every_role_can_be_given_within_reach(desk, administrator, clerk, county, role):
    given = give(desk, clerk, role=role.code, ends_on=TOMORROW.isoformat())

    grant = Grant.objects.get(user=clerk)
    assert given.status_code == 302
    assert (grant.role, grant.content_object, grant.ends_on, grant.granted_by) == (
        role,
        county,
        TOMORROW,
        administrator,
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [("role", "king"), ("ends_on", "2020-01-01"), ("ends_on", "x"), ("with_term", "on")],
)
def test_wrong_field_is_told_and_gives_nothing(desk, clerk, field, value):
    page = give(desk, clerk, **{field: value})

    assert list(page.context["form"].errors) == [field]
    assert not Grant.objects.filter(user=clerk).exists()


def test_nobody_gives_themselves_a_role(desk, administrator, county):
    page = give(desk, administrator)

    assert page.context["form"].non_field_errors() == ["不能给自己授权，请由上级管理员办理"]
    assert Grant.objects.filter(user=administrator).count() == 1


def test_prolonged_grant_has_a_new_end_and_giver(desk, administrator, clerk, county):
    grant = factories.grant(clerk, OFFICE, county, ends_on=today())

    desk.post(f"{GRANTS}{grant.pk}/prolong/", {"ends_on": TOMORROW.isoformat()})

    grant.refresh_from_db()
    assert (grant.ends_on, grant.granted_by) == (TOMORROW, administrator)


def test_ended_grant_stops_at_the_next_request(desk, clerk, county):
    grant = factories.grant(clerk, OFFICE, county)
    at_work = type(desk)()
    at_work.force_login(clerk)
    before = at_work.get("/associations/360102/").status_code

    desk.post(f"{GRANTS}{grant.pk}/end/")

    assert (before, at_work.get("/associations/360102/").status_code) == (200, 404)


@pytest.fixture
def three(clerk, county, stranger):
    factories.grant(clerk, OFFICE, county)
    factories.grant(clerk, LEADER, county, ends_on=today() + timedelta(days=30))
    factories.grant(clerk, ADMINISTRATOR, county, ends_on=today() - timedelta(days=1))


@pytest.mark.parametrize(
    ("query", "roles"),
    [
        ("", ["管理员", "办公室", "领导"]),
        ("?state=soon", ["领导"]),
        ("?state=ended", ["管理员"]),
        ("?role=office", ["办公室"]),
        ("?q=clerk&order=user", ["办公室", "领导"]),
        ("?under=31", []),
    ],
)
def test_list_is_filtered_inside_the_subtree(desk, three, query, roles):
    page = desk.get(GRANTS + query)

    assert [row.role for row in page.context["rows"]] == roles


@pytest.mark.parametrize("count", [1, 3])
def test_list_costs_the_same_for_one_and_three(desk, county, count, django_assert_num_queries):
    for _ in range(count):
        factories.user((OFFICE, county), association=county)

    with django_assert_num_queries(11):
        desk.get(GRANTS)


def test_grant_of_another_subtree_looks_like_a_missing_one(desk, stranger):
    theirs = Grant.objects.get(user=stranger)

    pages = [desk.get(f"{GRANTS}{key}/{verb}/") for key in (theirs.pk, 0) for verb in ("prolong", "end")]

    assert {page.status_code for page in pages} == {404}
    assert len({page.content for page in pages}) == 1


def scope_of(user):
    return User.objects.get(pk=user.pk).scope.prefixes_for(Permission.EDIT_RECORDS)


def test_grant_of_a_term_lasts_until_it_is_due(desk, clerk, county):
    term = factories.term(county, congress_on=today(), starts_on=today())

    give(desk, clerk, with_term="on")

    grant = Grant.objects.get(user=clerk)
    # Five years at county level where no rule says otherwise.
    assert (grant.term, grant.ends_on.year - today().year) == (term, 5)
    assert "第1届结束时，最迟" in desk.get(GRANTS).context["rows"][-1].until


@pytest.mark.parametrize(("days", "is_over"), [(0, False), (-1, True)])
def test_grant_ends_with_its_term(clerk, county, days, is_over):
    last = today() + timedelta(days=days)
    term = factories.term(county)
    grant = factories.grant(clerk, OFFICE, county, term=term)
    assert scope_of(clerk) == ("360102",)

    term.ends_on = last
    term.save()

    assert scope_of(clerk) == (() if is_over else ("360102",))
    grant.refresh_from_db()
    assert (grant.last_day, grant.is_in_force(on=today())) == (last, not is_over)


def test_grant_ends_when_the_next_congress_opens_a_term(clerk, county, office):
    factories.grant(clerk, OFFICE, county, term=factories.term(county))

    council_actions.open_term(association=county, number=2, congress_on=today(), by=office)

    assert scope_of(clerk) == ()


def test_overdue_term_asks_for_a_day(desk, clerk, county):
    factories.term(county)

    refused = give(desk, clerk, with_term="on")
    given = give(desk, clerk, with_term="on", ends_on=TOMORROW.isoformat())

    assert list(refused.context["form"].errors) == ["ends_on"]
    assert given.status_code == 302
    assert Grant.objects.get(user=clerk).ends_on == TOMORROW


def test_term_of_another_association_is_refused(administrator, clerk, county, other_county):
    with pytest.raises(RuleViolation) as refused:
        actions.grant_role(
            user=clerk,
            role=OFFICE,
            association=county,
            term=factories.term(other_county),
            by=administrator,
        )

    assert [finding.code for finding in refused.value.findings] == ["other_term"]
