from datetime import date

import pytest

from members.models import Membership, Person
from portal.lib.findings import RuleViolation
from portal.records import actions
from tests import factories

from .conftest import TYPES

PEOPLE = TYPES["people"]
BULK = PEOPLE.url("bulk")
CHANGE = {"changed": ["workplace"], "workplace": "新单位"}


@pytest.fixture
def three(county):
    return [factories.person(county, name=f"人{number}", workplace="旧单位") for number in range(3)]


def workplaces():
    return list(Person.objects.order_by("pk").values_list("workplace", "version"))


def write(client, query="", **entries):
    return client.post(BULK + query, CHANGE | {"go": "write"} | entries)


def test_bulk_change_names_the_number_and_writes_only_after_a_yes(client, office, three):
    client.force_login(office)
    marked = [person.pk for person in three[:2]]

    chosen = client.post(BULK, {"pk": marked})
    confirm = client.post(BULK, {"pk": marked, "go": "review"} | CHANGE)
    before = workplaces()
    client.post(
        BULK, {"pk": marked} | CHANGE | {name: v for name, v in confirm.context["kept"] if name != "pk"}
    )

    assert [field.value() for field in chosen.context["form"].visible_fields()] == [None] * 6
    assert (chosen.context["count"], chosen.context["kept"]) == (2, [("pk", str(pk)) for pk in marked])
    assert confirm.context["consequences"] == ["2 条记录的“工作单位”改为“新单位”"]
    assert before == [("旧单位", 1)] * 3
    assert workplaces() == [("新单位", 2), ("新单位", 2), ("旧单位", 1)]


def test_bulk_change_of_all_follows_the_filters(client, office, three):
    client.force_login(office)

    write(client, "?q=人1", all="1", expected="1")

    assert workplaces() == [("旧单位", 1), ("新单位", 2), ("旧单位", 1)]


def test_bulk_change_of_all_counts_before_it_asks(client, office, three, monkeypatch):
    monkeypatch.setattr("portal.records.queries.MOST_COST", 0)
    monkeypatch.setattr("portal.records.views.lists.PAGE_SIZE", 2)
    client.force_login(office)

    listed = client.get(PEOPLE.url("list"))
    chosen = client.post(BULK, {"all": "1"})
    confirm = client.post(BULK, {"all": "1", "go": "review"} | CHANGE)

    assert listed.context["count"].is_exact is False
    assert (chosen.context["count"], confirm.context["question"]) == (3, "修改所选的 3 条记录？")
    assert dict(confirm.context["kept"])["expected"] == "3"


@pytest.mark.parametrize(("most", "is_refused"), [(3, False), (2, True)])
def test_bulk_change_of_more_than_fit_is_refused_before_it_asks(
    client, office, three, monkeypatch, most, is_refused
):
    monkeypatch.setattr(actions, "MOST_AT_ONCE", most)
    client.force_login(office)

    assert (client.post(BULK, {"all": "1"}).status_code == 302) is is_refused


def test_bulk_change_with_a_filter_that_cannot_be_read_changes_nothing(client, office, three):
    client.force_login(office)

    write(client, "?under=x", all="1", expected="3")

    assert workplaces() == [("旧单位", 1)] * 3


@pytest.mark.parametrize("expected", ["2", "", "4"])
def test_bulk_change_of_another_number_than_confirmed_is_refused(client, office, three, expected):
    client.force_login(office)

    write(client, all="1", expected=expected)

    assert workplaces() == [("旧单位", 1)] * 3


@pytest.mark.parametrize("foreign", ["other", "10000000", "x", "9" * 30])
def test_bulk_change_with_a_foreign_key_changes_nothing(client, office, three, other_county, foreign):
    stranger = factories.person(other_county, workplace="旧单位")
    client.force_login(office)
    key = stranger.pk if foreign == "other" else foreign

    write(client, pk=[three[0].pk, key], expected="1")
    write(client, pk=[three[0].pk, key], expected="2")

    assert workplaces() == [("旧单位", 1)] * 4


@pytest.mark.parametrize("who", ["leader", "outsider"])
def test_bulk_change_is_missing_for_who_may_not_edit(client, request, three, who):
    client.force_login(request.getfixturevalue(who))

    assert write(client, all="1", expected="3").status_code == 404
    assert workplaces() == [("旧单位", 1)] * 3


@pytest.mark.parametrize(
    ("entries", "wrong"),
    [
        ({"changed": []}, ["changed"]),
        ({"changed": ["name"]}, ["changed"]),
        ({"changed": ["ethnicity"], "ethnicity": ""}, ["ethnicity"]),
        ({"changed": ["political_status"], "political_status": "x"}, ["political_status"]),
    ],
)
def test_bulk_form_says_what_is_wrong(client, office, three, entries, wrong):
    client.force_login(office)

    response = client.post(BULK, {"all": "1", "go": "write", "expected": "3"} | entries)

    assert list(response.context["form"].errors) == wrong
    assert workplaces() == [("旧单位", 1)] * 3


def test_bulk_change_is_in_the_history(client, office, three):
    client.force_login(office)

    write(client, all="1", expected="3")

    newest, _ = client.get(PEOPLE.url("history", three[0].pk)).context["changes"][0]
    assert (newest.who, newest.purpose) == ("office", "批量修改 3 条")


def test_too_many_at_once_are_refused(office, three, monkeypatch):
    monkeypatch.setattr(actions, "MOST_AT_ONCE", 2)

    with pytest.raises(RuleViolation, match="一次最多修改 2 条"):
        actions.change_many(
            Person.objects.all(), values={"workplace": "新"}, expected=3, record_type=PEOPLE, by=office
        )


def test_bulk_change_with_somebody_frozen_changes_nobody(office, county):
    rolls = [factories.membership(county) for _ in range(3)]
    Person.objects.filter(pk=rolls[1].person_id).update(frozen_on=date(2021, 1, 1))

    with pytest.raises(RuleViolation) as caught:
        actions.change_many(
            Membership.objects.all(),
            values={"is_key_member": True},
            expected=3,
            record_type=TYPES["memberships"],
            by=office,
        )

    assert str(caught.value) == "其中 1 条的个人信息已冻结或已删除，不能修改，请去掉后再办理"
    assert set(Membership.objects.values_list("is_key_member", "version")) == {(False, 1)}
