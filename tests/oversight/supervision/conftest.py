from datetime import date

import pytest

from portal.accounts.roles import OFFICE
from portal.oversight.enums import NoticeKind
from portal.oversight.supervision import actions as supervision_actions
from tests import factories

FOUND, ISSUED, DUE = date(2021, 1, 10), date(2021, 1, 20), date(2021, 2, 20)


@pytest.fixture(autouse=True)
def files_dir(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"


@pytest.fixture
def above(city):
    """The clerk of the city, who issues notices about its counties."""
    return factories.user((OFFICE, city), username="above", association=city)


@pytest.fixture
def top(province):
    """The clerk of the province."""
    return factories.user((OFFICE, province), username="top", association=province)


@pytest.fixture
def found(county, above):
    return supervision_actions.find(
        association=county, kind=NoticeKind.OTHER, finding=" 台账不全 ", by=above, on=FOUND
    )


@pytest.fixture
def issued(found, above):
    """The step by which the notice went out."""
    return supervision_actions.issue(
        seen=found.steps.get(), document_number="洪计生协〔2021〕1号", due_on=DUE, by=above, on=ISSUED
    )


@pytest.fixture
def answered(issued, office):
    return supervision_actions.answer(
        seen=issued, text="已补齐", file=factories.stored_file(), by=office, on=date(2021, 2, 10)
    )
