"""Pages of a past day follow the tree of that day, whatever was recoded since."""

from datetime import date

from associations.enums import Level
from associations.register import succession_actions
from portal.accounts.roles import OFFICE
from portal.oversight.boards import subtree_board
from portal.oversight.council_filters import CouncilFilter
from portal.oversight.councils import council_page
from portal.oversight.overview import overview_of
from tests import factories

RECODED_ON, BEFORE = date(2024, 1, 1), date(2023, 6, 30)


def test_place_recoded_since_is_found_under_its_code_of_the_day(province, city, county):
    factories.association("360102001")
    clerk = factories.user((OFFICE, province), username="jx", association=province)
    succession_actions.recode(
        association=county,
        new_code="360199",
        on=RECODED_ON,
        document_number="赣民〔2023〕1号",
        by=clerk,
        today=RECODED_ON,
    )
    county.refresh_from_db()

    page = council_page(county, CouncilFilter(level=Level.COUNTY), on=BEFORE, is_own=False, place=None)
    overview = overview_of(county, on=BEFORE)
    board = subtree_board(city, on=BEFORE, after="360102")

    assert [row.association.code for row in page.rows] == ["360199"]
    assert (overview.total.coverage.due, len(overview.children)) == (2, 1)
    assert board.rows == ()
