"""Pages of a past day follow the tree of that day, whatever was recoded since."""

from datetime import date

from associations.enums import Body, Level, Milestone
from associations.register import succession_actions
from portal.accounts.roles import OFFICE
from portal.oversight.boards import subtree_board
from portal.oversight.council_filters import CouncilFilter
from portal.oversight.councils import council_page
from portal.oversight.overview import overview_of
from tests import factories

RECODED_ON, BEFORE = date(2024, 1, 1), date(2023, 6, 30)


def recode(place, *, to, by):
    succession_actions.recode(
        association=place,
        new_code=to,
        on=RECODED_ON,
        document_number="民函〔2023〕1号",
        by=by,
        today=RECODED_ON,
    )


def test_place_recoded_since_is_found_under_its_code_of_the_day(province, city, county):
    factories.association("360102001")
    recode(county, to="360199", by=factories.user((OFFICE, province)))
    county.refresh_from_db()

    page = council_page(county, CouncilFilter(level=Level.COUNTY), on=BEFORE, is_own=False, place=None)
    overview = overview_of(county, on=BEFORE)
    board = subtree_board(city, on=BEFORE, after="360102")

    assert [row.association.code for row in page.rows] == ["360199"]
    assert (overview.total.coverage.due, len(overview.children)) == (2, 1)
    assert board.rows == ()


def test_recode_elsewhere_changes_no_list_of_a_past_day(province, city, county):
    factories.quota_rule(factories.policy(province), Body.COUNCIL, 30, levels=[Level.COUNTY])
    factories.association("360102001")
    elsewhere = [factories.association(code) for code in ("23", "2304", "230402")]
    rule = factories.quota_rule(factories.policy(elsewhere[0]), Body.COUNCIL, 30, levels=[Level.TOWNSHIP])
    factories.milestone_rule(rule.document, Milestone.BUDGET, levels=[Level.TOWNSHIP])
    bound = CouncilFilter(bound_only=True)
    before = council_page(city, bound, on=BEFORE, is_own=False, place=None)

    recode(elsewhere[2], to="230499", by=factories.user((OFFICE, elsewhere[0])))

    after = council_page(city, bound, on=BEFORE, is_own=False, place=None)
    assert [row.association for row in before.rows] == [county]
    assert after == before
