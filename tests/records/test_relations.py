"""Records below others: made under them, shown with them, ended and deleted."""

from datetime import date

import pytest
from django.db import connection
from django.db.utils import InternalError

from members.enums import LeaveReason
from members.models import ContactHousehold, FamilyHelp, MemberGroup, Membership, VolunteerContract
from portal.accounts.roles import FAMILY
from portal.audit.enums import Channel
from portal.audit.models import Look
from tests import factories

from .conftest import TYPES
from .samples import FIRST, samples


@pytest.fixture
def own(county):
    return samples(county)


@pytest.fixture
def theirs(other_county):
    return samples(other_county)


@pytest.fixture
def carer(county):
    return factories.user((FAMILY, county), username="carer", association=county)


def words(response):
    return response.content.decode()


def test_person_joins_and_leaves_on_pages(client, office, county):
    person = factories.person(county, name="某新人", born_on=date(1980, 1, 1))
    client.force_login(office)
    new = f"{TYPES['memberships'].url('create')}?person={person.pk}"
    joining = {"association": county.code, "category": "medical", "joined_on": "2021-05-01"}

    young = client.post(new, joining | {"joined_on": "1990-01-01"})
    client.post(new, joining)
    twice = client.post(new, joining)
    membership = Membership.objects.get(person=person)
    end = TYPES["memberships"].url("end", membership.pk)
    early = client.post(
        end, {"left_on": "2021-04-30", "leave_reason": LeaveReason.MOVED, "seen": membership.version}
    )
    client.post(end, {"left_on": "2021-12-31", "leave_reason": LeaveReason.MOVED, "seen": membership.version})
    again = client.get(end)

    assert "满18周岁" in words(young)
    assert "不能重复入会" in words(twice)
    assert "不能早于入会日期" in words(early)
    membership.refresh_from_db()
    assert (membership.left_on, membership.leave_reason) == (date(2021, 12, 31), LeaveReason.MOVED)
    assert again.status_code == 404


@pytest.mark.parametrize("parent", ["person", "organisation"])
def test_parent_of_another_county_looks_missing(client, office, own, theirs, parent):
    client.force_login(office)
    url = TYPES["memberships"].url("create")
    key = getattr(theirs["memberships"], parent) or theirs["organisations"]

    foreign = client.get(f"{url}?{parent}={key.pk}")
    missing = client.get(f"{url}?{parent}={10**12}")
    rubbish = client.get(f"{url}?{parent}=x")

    assert (foreign.status_code, missing.status_code, rubbish.status_code) == (404, 404, 404)


def test_list_below_a_foreign_parent_is_empty(client, office, own, theirs):
    client.force_login(office)
    url = TYPES["households"].url("list")

    mine = client.get(f"{url}?membership={own['memberships'].pk}")
    foreign = client.get(f"{url}?membership={theirs['memberships'].pk}")

    assert "某户主" in words(mine)
    assert "某户主" not in words(foreign)


def test_new_child_without_its_parent_is_sent_to_where_it_is_made(client, carer):
    client.force_login(carer)

    answer = client.get(TYPES["family-help"].url("create"), follow=True)

    assert "新的家庭帮扶在所属帮扶家庭的详情页登记" in words(answer)


def test_help_is_typed_in_yuan_and_kept_in_fen(client, carer, own):
    client.force_login(carer)
    new = f"{TYPES['family-help'].url('create')}?family={own['families'].pk}"
    given = {"kind": "money", "on": "2021-02-10", "source": "会费"}

    finer = client.post(new, given | {"amount_fen": "500.005"})
    client.post(new, given | {"amount_fen": "500.05"})

    assert "小数" in words(finer)
    help_ = FamilyHelp.objects.latest("pk")
    assert (help_.family, help_.amount_fen) == (own["families"], 50_005)
    edit = client.get(TYPES["family-help"].url("edit", help_.pk))
    assert 'value="500.05"' in words(edit)


def test_detail_shows_what_stands_below(client, carer, own):
    client.force_login(carer)

    page = words(client.get(TYPES["families"].url("detail", own["families"].pk)))

    assert all(
        name in page for name in ("某成员", "某联系人", "卫生院", "人民医院", "意外险", "某走访人", "1000.00")
    )


def test_every_look_at_a_family_is_on_record(client, carer, office, own):
    client.force_login(carer)
    families = TYPES["families"]
    family = own["families"]
    looks = []

    for path in (
        families.url("list"),
        families.url("detail", family.pk),
        families.url("edit", family.pk),
        families.url("history", family.pk),
        families.url("export_csv"),
    ):
        before = Look.objects.count()
        response = client.get(path)
        if response.streaming:
            b"".join(response.streaming_content)
        looks.append(Look.objects.count() - before)

    # The detail page shows one record of each of the seven types below the family as well.
    assert looks == [1, 8, 1, 1, 1]
    seen = Look.objects.earliest("pk")
    assert (seen.user, seen.model, seen.key, seen.association_code) == (
        carer,
        "members.family",
        family.pk,
        "360102",
    )
    assert Look.objects.filter(channel=Channel.EXPORT).count() == 1


def test_looks_are_neither_changed_nor_deleted(carer, own, transactional_db):
    Look.objects.create(
        user=carer, channel=Channel.PAGE, model="members.family", key=1, association_code="360102"
    )

    for statement in ("UPDATE audit_look SET purpose = 'x'", "DELETE FROM audit_look"):
        with pytest.raises(InternalError, match="Cannot"), connection.cursor() as cursor:
            cursor.execute(statement)


def test_record_in_use_is_not_deleted_and_says_by_what(client, office, own):
    client.force_login(office)
    household, visit = own["households"], own["household-visits"]
    types = TYPES["households"], TYPES["household-visits"]

    held = client.post(types[0].url("delete", household.pk), {"seen": household.version}, follow=True)
    client.post(types[1].url("delete", visit.pk), {"seen": visit.version})
    stale = client.post(types[0].url("delete", household.pk), {"seen": 99}, follow=True)
    client.post(types[0].url("delete", household.pk), {"seen": household.version})

    assert "还有联系户走访引用该记录，不能删除" in words(held)
    assert "已被他人修改" in words(stale)
    assert not ContactHousehold.objects.filter(pk=household.pk).exists()
    labels = [
        each.pgh_label
        for each in ContactHousehold.pgh_event_models["insert"].objects.filter(pgh_obj_id=household.pk)
    ]
    assert labels == ["insert", "delete"]


def test_contract_under_services_is_kept(client, office, own):
    client.force_login(office)
    contract = own["contracts"]

    answer = client.post(
        TYPES["contracts"].url("delete", contract.pk), {"seen": contract.version}, follow=True
    )

    assert "志愿者须先签订协议并完成培训" in words(answer)
    assert VolunteerContract.objects.filter(pk=contract.pk, starts_on=FIRST).exists()


def test_member_is_shown_below_a_group_and_made_elsewhere(client, office, county):
    group = MemberGroup.objects.create(association=county, name="一组", starts_on=FIRST)
    inside = factories.membership(county, person=factories.person(county, name="组内"), group=group)
    factories.membership(county, person=factories.person(county, name="组外"))
    client.force_login(office)

    page = client.get(TYPES["groups"].url("detail", group.pk))
    listed = client.get(f"{TYPES['memberships'].url('list')}?group={group.pk}")
    made = client.post(f"{TYPES['memberships'].url('create')}?group={group.pk}", {})

    (section,) = page.context["sections"]
    assert ([row.key for row in section.rows], section.new_url) == ([inside.pk], "")
    assert [row.key for row in listed.context["rows"]] == [inside.pk]
    assert (made.status_code, made["Location"]) == (302, "/members/find/?then=memberships")
