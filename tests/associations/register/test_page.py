import pytest
from django.urls import reverse

from portal.accounts.roles import AUDITOR
from tests import factories


@pytest.fixture
def auditor(county):
    return factories.user((AUDITOR, county))


@pytest.mark.parametrize(("who", "shown"), [("office", True), ("leader", False), ("auditor", False)])
def test_detail_shows_whom_to_call_to_those_who_may_see_people(client, request, county, who, shown):
    county.legal_representative, county.phone = "某代表人", "0791-0000000"
    county.save()
    client.force_login(request.getfixturevalue(who))

    page = client.get(reverse("associations:detail", args=["360102"])).content.decode()
    reply = client.get("/api/v1/associations/360102/").json()

    assert ["某代表人" in page, "0791-0000000" in page] == [shown, shown]
    assert reply["phone"] == ("0791-0000000" if shown else "")
