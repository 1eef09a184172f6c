"""Every figure of a dashboard is the number of rows of the list behind it, as in REST and in reports."""

from datetime import date

import pytest

from associations.models import Association, QuotaRule
from associations.policies.bound_rules import rules_binding
from members.enums import TermState
from members.term_states import sitting_terms
from portal.accounts.roles import LEADER, OFFICE, VERIFIER
from portal.lib.dates import today
from portal.oversight.duties import duties_of
from portal.oversight.overview import overview_of
from portal.oversight.reform import progress_of
from portal.oversight.rules_under import RulesUnder
from portal.reports import quota, reform
from portal.reports.archive import restored, stored
from portal.reports.models import ReportKind
from portal.reports.tiles import tiles_of
from tests import factories

from .country import RECODED_ON, make_country
from .walk import Walk, numbers_in, tile_of

NODES = ("36", "3601", "360102", "360102001", "360102001001", "230499")
# Two days before the recodes, the day itself, and one after; each with a country of its own.
DAYS = (date(2021, 6, 30), date(2022, 12, 31), RECODED_ON, today())
ROLES = (LEADER, OFFICE, VERIFIER)


@pytest.fixture(params=DAYS, ids=["2021", "2022", "recoded", "today"])
def day(request):
    return request.param


@pytest.fixture
def country(db, day):
    make_country(DAYS.index(day))


@pytest.fixture
def everywhere(client, country):
    """A reader of all provinces."""
    places = Association.objects.filter(code__in=["36", "23"])
    client.force_login(factories.user(*((VERIFIER, place) for place in places)))
    return client


@pytest.fixture
def walks(country, client, day):
    """Return for each node what a reader sees whose grant reaches no further than it."""

    def walk(node):
        role = ROLES[(DAYS.index(day) + NODES.index(node.code)) % len(ROLES)]
        client.force_login(factories.user((role, node)))
        return Walk(client=client, on=day.isoformat())

    return [(node, walk) for node in Association.objects.filter(code__in=NODES).order_by("code")]


def test_tiles_are_the_rows_of_their_lists(walks):
    for node, walk in walks:
        reader = walk(node)
        tiles = reader.overview(node.code).context["tiles"]
        built, met, reached, overdue = tiles
        assert tile_of(tiles, "建会率") == built
        assert tile_of(tiles, "协会达标率") == met
        due, established = numbers_in(built.note)
        bound, all_met = numbers_in(met.note)

        assert reader.rows_of(built.url) == due
        assert reader.rows_of(built.url.replace("state=due", "state=established")) == established
        assert reader.rows_of(built.url.replace("state=due", "state=missing")) == due - established
        assert reader.rows_of(met.url) == bound
        assert reader.rows_of(met.url, quota="met") == all_met
        board = reader.board(reached.url)
        assert numbers_in(reached.note)[:2] == [board.required, board.verified]
        assert overdue.figure == str(board.overdue_count)


def test_lists_beside_the_tiles_have_as_many_rows_as_they_say(walks):
    for node, walk in walks:
        reader = walk(node)
        context = reader.overview(node.code).context
        terms = context["overview"].terms

        assert reader.rows_of(context["terms_url"]) == terms.count
        assert (
            reader.rows_of(context["terms_url"].replace("term=ending", "term=overdue")) == terms.ended_count
        )
        assert len(terms.urgent) == min(terms.count, 12)
        for level in context["levels"]:
            assert reader.rows_of(level.url) == level.coverage.due
        for child, row in zip(context["overview"].children, context["rows"], strict=True):
            built, met, reached, overdue = row.cells
            if built.url:
                assert reader.rows_of(built.url) == child.coverage.due - child.coverage.established
            if met.url:
                assert reader.rows_of(met.url) == child.quotas.bound
                assert reader.rows_of(met.url, quota="met") == child.quotas.met
            if reached.url:
                assert reader.board(reached.url) == child.reform
            assert overdue.text == (f"{child.reform.overdue_count} 项" if child.reform.bound_count else "—")
            assert bool(row.url) == child.code.startswith(node.code)


def test_reform_figures_are_the_rows_of_the_boards_below(everywhere, day):
    reader = Walk(client=everywhere, on=day.isoformat())
    rules = [RulesUnder.at(place, on=day) for place in Association.objects.filter(code__in=["36", "23"])]
    rows = {place.code_on: reader.statuses(place.code) for each in rules for place in each.places}

    for node in Association.objects.filter(code__in=NODES):
        code = RulesUnder.at(node, on=day).node
        below = [status for place, found in rows.items() if place.startswith(code) for status in found]
        context = reader.overview(node.code).context
        assert context["overview"].total.reform == progress_of(below)
        assert len(context["overview"].overdue) == sum(status.is_overdue for status in below)


def test_whom_quotas_bind_is_whom_the_page_of_rules_names(everywhere, day):
    user = factories.user((VERIFIER, Association.objects.get(code="36")))
    rules = RulesUnder.at(Association.objects.get(code="36"), on=day)

    bound = {
        place.pk
        for place in rules.places
        for found in rules_binding(place, on=day, user=user)
        if found.family is QuotaRule and found.bound
    }

    assert {place.pk for place in rules.bound(rules.bound_by_quotas)} == bound


def test_terms_that_the_database_counts_are_those_that_the_rule_judges(country, day):
    for code in ("36", "23"):
        rules = RulesUnder.at(Association.objects.get(code=code), on=day)
        states = [
            term.state for term in sitting_terms(list(rules.places), on=day, codes=rules.codes).values()
        ]
        ended = states.count(TermState.OVERDUE) + states.count(TermState.LONG_OVERDUE)

        terms = overview_of(Association.objects.get(code=code), on=day).terms

        assert (terms.count, terms.ended_count) == (ended + states.count(TermState.DUE_SOON), ended)
        days = [notice.term.due_on for notice in terms.urgent]
        assert days == sorted(days)


def test_rest_and_reports_say_what_the_page_says(walks, day):
    for node, walk in walks:
        reader = walk(node)
        context = reader.overview(node.code).context
        overview, total = context["overview"], context["overview"].total
        rest = reader.page(f"/api/v1/associations/{node.code}/overview/?on={day}").json()
        reform_rest = reader.page(f"/api/v1/associations/{node.code}/reform/?on={day}").json()
        quota_report = quota.build(node, on=day, made_on=today())
        reform_report = reform.build(node, on=day, made_on=today())

        assert (rest["total"]["coverage"]["due"], rest["total"]["coverage"]["established"]) == (
            total.coverage.due,
            total.coverage.established,
        )
        assert (rest["total"]["quotas"]["bound"], rest["total"]["quotas"]["met"]) == (
            total.quotas.bound,
            total.quotas.met,
        )
        assert rest["total"]["reform"] == reform_rest["progress"]["subtree"]
        assert rest["total"]["reform"]["overdue_count"] == rest["overdue_count"] == len(overview.overdue)
        assert rest["term_notice_count"] == overview.terms.count
        assert [child["code"] for child in rest["children"]] == [child.code for child in overview.children]
        assert (quota_report.associations_ruled, quota_report.cover.associations_met) == (
            total.quotas.bound,
            total.quotas.met,
        )
        assert quota_report.associations_percent == total.quotas.percent
        assert reform_report.cover.progress == total.reform
        assert (len(reform_report.overdue), len(reform_report.waiting), len(reform_report.late)) == (
            total.reform.overdue_count,
            total.reform.claimed_count,
            total.reform.late_count,
        )
        if total.quotas.bound:
            assert tiles_of(quota_report)[0].figure == tile_of(context["tiles"], "协会达标率").figure
        assert restored(ReportKind.QUOTA, stored(quota_report)) == quota_report
        assert restored(ReportKind.REFORM, stored(reform_report)) == reform_report


def test_duties_of_today_are_the_rows_of_their_lists(db, client):
    make_country(4)
    for node in Association.objects.filter(code__in=NODES):
        clerk = factories.user((OFFICE, node), (VERIFIER, node))
        client.force_login(clerk)
        reader = Walk(client=client, on=today().isoformat())

        duties = duties_of(clerk, overview_of(node, on=today()))

        assert reader.rows_of(f"/councils/?under={node.code}&term=overdue") == duties.ended_terms
        queue = reader.page("/reform/queue/").context["page"]
        assert (queue.count, len(queue.rows)) == (duties.claims, duties.claims)
