from datetime import date

import pytest
from django.urls import reverse

from associations.enums import Body, Constituency, Milestone
from members.models import Appointment, Person, Session, Term
from tests import factories

DAY = "2021-03-05"
FIRST = date(2020, 1, 10)
LIST = "/councils/"
PAGE = "/associations/360102/council/"
NEW = f"{PAGE}sessions/new/"


@pytest.fixture
def term(county):
    term = factories.term(county, number=5, congress_on=FIRST, starts_on=FIRST)
    Session.objects.create(term=term, body=Body.COUNCIL, number=1, starts_on=FIRST, ends_on=FIRST)
    return term


@pytest.fixture
def member(term):
    return factories.seat(
        term,
        person=factories.person(term.association, name="某理事"),
        constituency=Constituency.ADMINISTRATION,
    )


@pytest.fixture
def quota(province):
    return factories.quota_rule(factories.policy(province, number="赣卫办字〔2020〕4号"), Body.COUNCIL, 40)


def facts(**values):
    return {
        "facts-body": "council",
        "facts-number": "2",
        "facts-starts_on": DAY,
        "facts-seen": "1",
        "go": "record",
    } | values


def entry(number=0, **values):
    row = {
        "post": "council-member",
        "constituency": "grassroots",
        "employment": "part-time",
        "name": "新人",
        "sex": "female",
    }
    return {f"entering-{number}-{name}": value for name, value in (row | values).items()}


def written():
    return Term.objects.count(), Session.objects.count(), Appointment.objects.count(), Person.objects.count()


def test_office_sees_names_quota_rule_and_remedy(client, office, member, quota):
    client.force_login(office)

    page = client.get(PAGE, {"on": DAY}).content.decode()

    assert all(
        text in page
        for text in ("某理事", "赣卫办字〔2020〕4号 二（三）", "再调整 1 席，或增补 1 席", "登记会议")
    )


def test_leader_sees_counts_and_no_names(client, leader, member, quota):
    client.force_login(leader)

    page = client.get(PAGE, {"on": DAY}).content.decode()

    assert "再调整 1 席" in page
    assert not any(text in page for text in ("某理事", "登记会议", 'name="leave"'))


@pytest.mark.parametrize("who", ["neighbour", "outsider"])
@pytest.mark.parametrize("code", ["360102", "999999"])
def test_council_of_others_looks_like_none(client, request, member, who, code):
    client.force_login(request.getfixturevalue(who))
    session = Session.objects.get()
    paths = [f"council/{end}" for end in ("", "sessions/new/", "terms/new/")]
    paths += [f"council/sessions/{session.pk}/", f"council/appointments/{member.pk}/leave/"]

    statuses = {path: client.get(f"/associations/{code}/{path}").status_code for path in paths}

    assert statuses == dict.fromkeys(paths, 404)
    assert client.post(f"/associations/{code}/council/people/").status_code == 404


@pytest.mark.parametrize("end", ["sessions/new/", "terms/new/", "people/"])
def test_leader_cannot_open_what_writes(client, leader, member, end):
    client.force_login(leader)

    ask = client.post if end == "people/" else client.get
    assert ask(PAGE + end).status_code == 404


def test_composition_follows_the_day(client, office, term, member):
    Appointment.objects.filter(pk=member.pk).update(ends_on=date(2021, 3, 4), exit="left")
    client.force_login(office)

    shown = {day: "某理事" in client.get(PAGE, {"on": day}).content.decode() for day in ("2021-03-04", DAY)}

    assert shown == {"2021-03-04": True, DAY: False}


def test_what_if_counts_without_saving(client, office, member, quota):
    client.force_login(office)
    before = written()

    response = client.get(
        PAGE,
        {
            "on": DAY,
            "leave": member.pk,
            "enter-0-post": "council-member",
            "enter-0-constituency": "grassroots",
            "enter-0-count": "2",
        },
    )

    change = next(each for each in response.context["changes"] if each.after.body == Body.COUNCIL)
    assert (change.before.quota.counted, change.before.quota.total) == (0, 1)
    assert (change.after.quota.counted, change.after.quota.total) == (2, 2)
    assert written() == before


def test_what_if_swapped_region_equals_the_fresh_page(client, office, member, quota):
    client.force_login(office)
    asked = {"on": DAY, "leave": member.pk}

    region = client.get(PAGE, asked, headers={"HX-Request": "true", "HX-Target": "what-if-figures"})

    assert region.content.decode().strip() in client.get(PAGE, asked).content.decode()


def test_what_if_refuses_a_foreign_seat_like_an_unknown_one(client, office, member, other_county):
    foreign = factories.seat(factories.term(other_county))
    client.force_login(office)

    answers = [client.get(PAGE, {"on": DAY, "leave": key}) for key in (foreign.pk, 10**15, "x", "9" * 5000)]

    assert [answer.context["leaving"].errors for answer in answers] == [
        {"leave": ["卸任名单中有不在任的人员，请重新勾选"]}
    ] * 4


def test_wizard_shows_figures_and_then_records(client, office, term, member, quota):
    client.force_login(office)
    plan = facts(leave=str(member.pk), **entry(), go="review")

    review = client.post(NEW, plan)
    assert Session.objects.count() == 1
    done = client.post(NEW, plan | {"go": "record", "review-predecessor-entering-0": str(member.pk)})

    change = next(each for each in review.context["changes"] if each.after.body == Body.COUNCIL)
    assert (change.before.quota.counted, change.after.quota.counted) == (0, 1)
    session = Session.objects.get(number=2)
    assert done.url == reverse("oversight:session", args=["360102", session.pk])
    assert list(session.departures.values_list("pk", "ends_on")) == [(member.pk, date(2021, 3, 4))]
    assert list(session.entries.values_list("person__name", "starts_on", "predecessor")) == [
        ("新人", date(2021, 3, 5), member.pk)
    ]
    page = client.get(done.url).content.decode()
    assert all(text in page for text in ("五届二次理事会", "某理事", "新人"))


@pytest.mark.parametrize("go", ["facts", "changes", "more", "search", "review"])
def test_steps_before_the_last_write_nothing(client, office, term, member, go):
    client.force_login(office)
    before = written()

    response = client.post(NEW, facts(leave=str(member.pk), **entry(), go=go))

    assert response.status_code == 200
    assert written() == before


def test_wizard_takes_a_senseless_count_of_rows_for_the_fewest(client, office, term):
    client.force_login(office)

    response = client.post(NEW, facts(rows="9" * 5000, go="changes"))

    assert len(response.context["rows"]) == 3


@pytest.mark.parametrize(("who", "shown"), [("office", True), ("leader", False)])
def test_minutes_are_for_those_who_may_see_people(client, request, term, who, shown):
    session = term.sessions.get()
    Session.objects.filter(pk=session.pk).update(agenda="选举甲同志", resolutions="同意乙同志卸任")
    client.force_login(request.getfixturevalue(who))

    page = client.get(reverse("oversight:session", args=["360102", session.pk])).content.decode()

    assert ["选举甲同志" in page, "同意乙同志卸任" in page] == [shown, shown]


@pytest.mark.parametrize("key", ["foreign", "missing"])
def test_wizard_refuses_foreign_seats_like_missing_ones(client, office, term, member, other_county, key):
    foreign = factories.seat(factories.term(other_county))
    client.force_login(office)
    before = written()

    response = client.post(NEW, facts(leave=str(foreign.pk if key == "foreign" else 10**15)))

    assert response.context["leaving"].errors == {"leave": ["卸任名单中有不在任的人员，请重新勾选"]}
    assert written() == before


@pytest.mark.parametrize("key", ["foreign", "missing"])
def test_wizard_refuses_foreign_people_like_missing_ones(client, office, term, other_county, key):
    stranger = factories.person(other_county, name="外县人")
    client.force_login(office)
    chosen = stranger.pk if key == "foreign" else 10**15

    response = client.post(NEW, facts(**entry(person=str(chosen), name="", sex="")))

    assert response.context["rows"][0].errors == {"person": ["所选人员不存在，或不在您的管理范围内"]}
    assert "外县人" not in response.content.decode()
    assert Session.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"facts-number": "3"}, "应登记第2次会议，不能跳到第3次"),
        ({"facts-starts_on": "2019-12-31"}, "会议日期须在第5届之内"),
        ({"facts-starts_on": "0001-01-01"}, "超出范围"),
        ({"facts-starts_on": "2021-02-30"}, "输入一个有效的日期"),
        ({"facts-ends_on": "2021-03-04"}, "结束日期不能早于开始日期"),
        ({"facts-starts_on": "2099-01-01"}, "日期不能晚于今天"),
        (entry(post=""), "请选择。"),
        (entry(name=""), "请查找并选择已登记人员，或填写新人员的姓名"),
        (entry(name="甲") | entry(1, post="president") | entry(2, post="president"), "同一天只能有一位会长"),
    ],
)
def test_wizard_says_what_is_wrong_and_writes_nothing(client, office, term, values, message):
    client.force_login(office)
    before = written()

    response = client.post(NEW, facts(**values))

    assert message in response.content.decode()
    assert written() == before


def test_second_clerk_is_told(client, office, term):
    client.force_login(office)
    client.post(NEW, facts())

    page = client.post(NEW, facts(**{"facts-number": "3"})).content.decode()

    assert "已被他人修改" in page
    assert Session.objects.count() == 2


def test_people_are_found_by_name_or_initials_within_scope(client, office, county, other_county):
    factories.person(county, name="甲乙丙", name_key="jyb")
    factories.person(other_county, name="甲乙丁", name_key="jyd")
    client.force_login(office)

    found = [
        client.post(f"{PAGE}people/?row=entering-0", {"entering-0-query": text}).content.decode()
        for text in ("甲乙", "JY", "\x00")
    ]

    assert [("甲乙丙" in page, "甲乙丁" in page) for page in found] == [
        (True, False),
        (True, False),
        (False, False),
    ]


def test_leaving_office_by_death_is_recorded(client, office, member):
    client.force_login(office)
    url = f"{PAGE}appointments/{member.pk}/leave/"

    client.post(url, {"ends_on": DAY, "exit": "deceased", "seen": "1"})
    second = client.post(url, {"ends_on": DAY, "exit": "left", "seen": "1"})

    member.refresh_from_db()
    assert (member.ends_on, member.exit) == (date(2021, 3, 5), "deceased")
    assert "已被他人修改" in second.content.decode()


def test_foreign_appointment_cannot_be_ended_under_ones_own_code(client, office, county, other_county):
    foreign = factories.seat(factories.term(other_county))
    client.force_login(office)

    response = client.post(
        f"{PAGE}appointments/{foreign.pk}/leave/", {"ends_on": DAY, "exit": "left", "seen": "1"}
    )

    assert response.status_code == 404
    foreign.refresh_from_db()
    assert foreign.ends_on is None


def test_new_term_closes_the_one_before(client, office, term, member):
    client.force_login(office)

    response = client.post(f"{PAGE}terms/new/", {"number": "6", "congress_on": "2025-02-01"})

    assert response.url == NEW
    assert list(Term.objects.values_list("number", "ends_on")) == [(5, date(2025, 1, 31)), (6, None)]
    member.refresh_from_db()
    assert (member.ends_on, member.exit) == (date(2025, 1, 31), "re-election")


def test_new_term_begins_with_its_congress(client, office, term):
    client.force_login(office)

    client.post(f"{PAGE}terms/new/", {"number": "6", "congress_on": "2025-02-01"})
    first = client.get(NEW).context["form"]

    assert {name: first[name].value() for name in ("body", "number", "starts_on")} == {
        "body": Body.CONGRESS,
        "number": 1,
        "starts_on": date(2025, 2, 1),
    }


def test_members_of_the_term_before_are_elected_again_by_a_tick(client, office, term, member, quota):
    factories.seat(term, person=factories.person(term.association, name="另一理事"))
    client.force_login(office)
    client.post(f"{PAGE}terms/new/", {"number": "6", "congress_on": "2025-02-01"})
    congress = facts(**{"facts-body": "congress", "facts-number": "1", "facts-starts_on": "2025-02-01"})

    changes = client.post(NEW, congress | {"go": "changes"}).context
    ticked = client.post(NEW, congress | {"go": "again"}).context["again"].ticked
    review = client.post(NEW, congress | {"go": "review", "again": [member.pk]}).content.decode()
    client.post(NEW, congress | {"again": [member.pk]})

    seated = Appointment.objects.filter(term__number=6).values_list(
        "person", "post", "constituency", "entry", "starts_on"
    )
    left = client.post(
        NEW, facts(go="changes", **{"facts-number": "1", "facts-starts_on": "2025-02-02", "facts-seen": "2"})
    )
    assert ([seat.name for seat in changes["again"].seats], changes["seats"]) == (["某理事", "另一理事"], ())
    assert len(ticked) == 2
    assert "新任 1 人" in review
    assert list(seated) == [
        (member.person_id, "council-member", "administration", "elected", date(2025, 2, 1))
    ]
    assert [seat.name for seat in left.context["again"].seats] == ["另一理事"]


def test_tick_of_a_seat_elsewhere_is_refused_like_one_that_is_none(client, office, term, other_county):
    last_day = date(2025, 1, 31)
    foreign = factories.seat(
        factories.term(other_county, ends_on=last_day), ends_on=last_day, exit="re-election"
    )
    client.force_login(office)
    client.post(f"{PAGE}terms/new/", {"number": "6", "congress_on": "2025-02-01"})
    congress = facts(**{"facts-body": "congress", "facts-number": "1", "facts-starts_on": "2025-02-01"})
    before = written()

    answers = [client.post(NEW, congress | {"again": [key]}).content.decode() for key in (foreign.pk, 999999)]

    assert all("连任名单中有上一届没有的人员" in answer for answer in answers)
    assert written() == before


def test_list_shows_the_subtree_and_no_neighbour(client, office, member, other_county):
    factories.association("360102001", short_name="某乡")
    client.force_login(office)

    rows = client.get(LIST, {"on": DAY}).context["page"].rows
    own = client.get(LIST, {"on": DAY, "reach": "own"}).context["page"].rows

    assert [row.association.code for row in rows] == ["360102", "360102001"]
    assert [row.association.code for row in own] == ["360102"]


def test_list_pages_by_key_forwards_and_back(client, office, county, monkeypatch):
    monkeypatch.setattr("portal.oversight.councils.PAGE_SIZE", 2)
    for number in range(1, 5):
        factories.association(f"36010200{number}")
    client.force_login(office)

    seen, address = [], LIST
    while address:
        context = client.get(address).context
        seen.append([row.association.code for row in context["page"].rows])
        last, address = address, context["next_url"] and LIST + context["next_url"]
    back = client.get(LIST + client.get(last).context["previous_url"]).context["page"].rows

    assert seen == [["360102", "360102001"], ["360102002", "360102003"], ["360102004"]]
    assert [row.association.code for row in back] == seen[1]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({}, ["360102", "360102001", "360102002", "360102001002"]),
        ({"level": "5"}, ["360102001001", "360102001002"]),
        ({"q": "某村"}, ["360102001001"]),
        ({"q": "360102002"}, ["360102002"]),
        ({"term": "in-term"}, ["360102001002"]),
        ({"term": "overdue"}, ["360102001"]),
        ({"term": "ending"}, ["360102", "360102001"]),
        ({"term": "due-soon"}, ["360102"]),
        ({"term": "none"}, ["360102002", "360102001001"]),
        ({"quota": "met"}, ["360102"]),
        ({"quota": "short"}, ["360102001", "360102002"]),
        ({"bound": "on"}, ["360102", "360102001", "360102002"]),
        ({"bound": "on", "term": "none"}, ["360102002"]),
    ],
)
def test_list_keeps_what_the_filters_ask_for(client, office, county, province, query, shown):
    rule = factories.quota_rule(factories.policy(province), Body.COUNCIL, 40, levels=[3, 4])
    factories.milestone_rule(rule.document, Milestone.PLAN_ISSUED, levels=[3])
    factories.seat(factories.term(county), constituency=Constituency.GRASSROOTS)
    factories.seat(factories.term(factories.association("360102001")))
    factories.association("360102002")
    factories.association("360102001001", name="某村计划生育协会")
    factories.term(factories.association("360102001002"), starts_on=date(2024, 6, 1))
    client.force_login(office)

    page = client.get(LIST, {"on": "2024-09-01"} | query).context["page"]

    assert [row.association.code for row in page.rows] == shown
    assert page.count == len(shown)


@pytest.mark.parametrize("query", [{"terms": "overdue"}, {"term": "soon"}, {"level": "9"}])
def test_list_refuses_filters_that_are_none(client, office, query):
    client.force_login(office)

    page = client.get(LIST, query)

    assert (page.status_code, "请用页面上的筛选重新查询" in page.content.decode()) == (400, True)


@pytest.mark.parametrize("count", [1, 3])
def test_list_asks_as_many_questions_for_three_rows_as_for_one(
    client, office, county, quota, count, django_assert_num_queries
):
    for number in range(count):
        factories.seat(factories.term(factories.association(f"36010200{number}")))
    client.force_login(office)
    client.get(LIST)

    with django_assert_num_queries(15):
        client.get(LIST, {"level": "4"})


@pytest.mark.parametrize("after", ["x", ".", "²."])
def test_list_answers_a_wrong_page_with_400(client, office, after):
    client.force_login(office)

    assert client.get(LIST, {"after": after}).status_code == 400


def test_outsider_has_no_list(client, outsider):
    client.force_login(outsider)

    assert client.get(LIST).status_code == 404
