"""A group led by somebody beyond the clerk's reach: not told, and not lost when the form is saved."""

import pytest

from members.models import MemberGroup
from tests import factories
from tests.records.samples import FIRST


@pytest.fixture
def leader(other_county):
    return factories.person(other_county, name="邻县组长")


@pytest.fixture
def group(county, leader):
    return MemberGroup.objects.create(association=county, name="一组", starts_on=FIRST, leader=leader)


@pytest.fixture
def clerk(client, office):
    client.force_login(office)
    return client


def sent(group, **values):
    return {"association": "360102", "name": group.name, "starts_on": "2020-01-10", "seen": "1"} | values


def test_form_keeps_who_leads_without_a_name_or_a_key(clerk, group, leader):
    page = clerk.get(f"/records/groups/{group.pk}/edit/").content.decode()

    assert ("邻县组长" in page, f'value="{leader.pk}"' in page) == (False, False)
    assert '<input type="radio" name="leader" value="keep" checked>' in page


@pytest.mark.parametrize(("chosen", "stays"), [("keep", True), ("", False)])
def test_saving_leaves_or_takes_away_who_leads(clerk, group, leader, chosen, stays):
    answer = clerk.post(f"/records/groups/{group.pk}/edit/", sent(group, name="第一组", leader=chosen))

    group.refresh_from_db()
    assert (answer.status_code, group.name) == (302, "第一组")
    assert group.leader_id == (leader.pk if stays else None)


def test_key_of_who_is_out_of_reach_is_refused(clerk, group, leader):
    answer = clerk.post(f"/records/groups/{group.pk}/edit/", sent(group, leader=str(leader.pk)))

    assert answer.context["form"].errors == {"leader": ["没有这名人员，或不在您的管理范围内"]}


def test_nobody_is_kept_where_nobody_is_hidden(clerk, county):
    group = MemberGroup.objects.create(association=county, name="二组", starts_on=FIRST)

    answer = clerk.post(f"/records/groups/{group.pk}/edit/", sent(group, leader="keep"))

    assert answer.context["form"].errors == {"leader": ["没有这名人员，或不在您的管理范围内"]}


def test_change_over_rest_leaves_who_leads(clerk, group, leader):
    answer = clerk.patch(
        f"/api/v1/groups/{group.pk}/",
        {"name": "第一组"},
        content_type="application/json",
        headers={"if-match": '"1"'},
    )

    group.refresh_from_db()
    assert (answer.status_code, group.name, group.leader_id) == (200, "第一组", leader.pk)
    assert (answer.json()["leader"], answer.json()["leader_name"]) == (None, None)
