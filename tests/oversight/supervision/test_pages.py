from datetime import date, timedelta

import pytest
from django.urls import reverse

from associations.enums import Body, Milestone
from portal.accounts.roles import OFFICE, VERIFIER
from portal.lib.dates import today
from portal.oversight.enums import NoticeKind, NoticeStep
from portal.oversight.models import SupervisionNotice
from portal.records.models import StoredFile
from tests import factories
from tests.associations.milestones.cases import DEADLINE, PLAN, milestone_rule

TODAY = today()
SOON = (TODAY + timedelta(days=20)).isoformat()
LIST = "/records/supervision-notices/"


@pytest.fixture
def visit(client):
    """Answer a request as somebody; the answer's body decoded as `text_body`."""

    def ask(who, name, *args, post=None, **query):
        client.force_login(who)
        url = name if name.startswith("/") else reverse(f"oversight:{name}", args=args)
        response = client.get(url, query) if post is None else client.post(url, post)
        response.text_body = "" if response.streaming else response.content.decode()
        return response

    return ask


def entry(**values):
    return {
        "association": "360102",
        "kind": "other",
        "finding": "台账不全",
        "on": TODAY.isoformat(),
    } | values


def panels(response) -> list[str]:
    return [panel.step.value for panel in response.context["panels"]]


def test_notice_is_worked_on_from_finding_to_close(visit, county, office, above):
    made = visit(above, "notice_new", post=entry())
    notice = SupervisionNotice.objects.get()
    unseen = visit(office, "notice", notice.pk)
    paper = {"document_number": "洪计生协〔2026〕8号", "on": TODAY.isoformat(), "due_on": SOON}
    visit(above, "notice_step", notice.pk, "noticed", post=paper | {"seen": notice.steps.get().pk})
    seen = visit(office, "notice", notice.pk)
    last = notice.steps.latest("pk")
    proof = {"seen": last.pk, "text": "已补齐", "file": factories.upload("整改.pdf")}
    visit(office, "notice_step", notice.pk, "answered", post=proof)
    waiting = visit(above, "notice", notice.pk)
    answer = notice.steps.latest("pk")
    fetched = visit(above, "notice_file", answer.pk)
    visit(above, "notice_step", notice.pk, "closed", post={"seen": answer.pk, "text": "已核对"})
    ended = visit(office, "notice", notice.pk)

    assert made.url == f"/supervision/{notice.pk}/"
    assert unseen.status_code == 404
    assert panels(seen) == ["answered"]
    assert "洪计生协〔2026〕8号" in seen.text_body
    assert panels(waiting) == ["closed", "returned", "raised"]
    assert (fetched.status_code, fetched.headers["Content-Type"]) == (200, "application/pdf")
    assert b"".join(fetched.streaming_content) == b"%PDF-1.7\n%%EOF\n"
    assert list(notice.steps.values_list("step", flat=True)) == ["found", "noticed", "answered", "closed"]
    assert panels(ended) == []
    assert "该督办已办结，没有需要办理的步骤" in ended.text_body


@pytest.mark.parametrize(
    ("wrong", "field", "message"),
    [
        ({"association": "3601"}, "association", "没有这个协会，或不在您的管理范围内"),
        ({"association": "360103"}, "association", "没有这个协会，或不在您的管理范围内"),
        ({"association": "9" * 20}, "association", "没有这个协会，或不在您的管理范围内"),
        ({"kind": "quota"}, "body", "请选择比例不达标的机构"),
        ({"kind": "other", "milestone": "budget"}, "milestone", "该类型不需选择改革事项"),
        ({"finding": " "}, "finding", "请填写这一项。"),
        ({"on": (TODAY + timedelta(days=1)).isoformat()}, "on", "日期不能晚于今天"),
    ],
)
def test_finding_with_something_wrong_says_where_and_writes_nothing(
    visit, county, above, wrong, field, message
):
    response = visit(above, "notice_new", post=entry(**wrong))

    assert response.context["form"].errors == {field: [message]}
    assert SupervisionNotice.objects.count() == 0


def test_answer_without_its_proof_stays_on_the_page(visit, issued, office):
    notice = issued.notice
    response = visit(office, "notice_step", notice.pk, "answered", post={"seen": issued.pk, "text": "已补齐"})

    (panel,) = response.context["panels"]
    assert panel.form.errors == {"file": ["请选择要上传的文件。"]}
    assert "已补齐" in response.text_body
    assert (notice.steps.count(), StoredFile.objects.count()) == (2, 0)


def test_answer_posted_twice_tells_the_second_time(visit, issued, office):
    for _ in range(2):
        proof = {"seen": issued.pk, "text": "已补齐", "file": factories.upload("整改.pdf")}
        response = visit(office, "notice_step", issued.notice_id, "answered", post=proof)

    assert "该督办目前为“待审核”，不能回复" in response.text_body
    assert (issued.notice.steps.count(), StoredFile.objects.count()) == (3, 1)


@pytest.mark.parametrize("step", ["noticed", "closed", "returned", "raised", "withdrawn"])
def test_steps_of_the_office_above_are_missing_for_the_subject(visit, issued, office, step):
    post = {"seen": issued.pk, "text": "好", "due_on": SOON, "document_number": "1号"}

    assert visit(office, "notice_step", issued.notice_id, step, post=post).status_code == 404
    assert issued.notice.steps.count() == 2


@pytest.mark.parametrize("step", ["found", "nothing"])
def test_step_that_no_form_takes_is_missing(visit, issued, above, step):
    assert visit(above, "notice_step", issued.notice_id, step, post={}).status_code == 404


def test_step_of_another_notice_is_no_answer(visit, issued, office, county):
    other = factories.notice(county)

    post = {"seen": other.steps.get().pk, "text": "好", "file": factories.upload("整改.pdf")}

    assert visit(office, "notice_step", issued.notice_id, "answered", post=post).status_code == 404


def test_address_of_a_step_shows_its_notice(visit, issued, office):
    assert (
        visit(office, "notice_step", issued.notice_id, "answered").url == f"/supervision/{issued.notice_id}/"
    )


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({}, 1),
        ({"state": "noticed"}, 1),
        ({"state": "answered"}, 0),
        ({"overdue": "true"}, 1),
        ({"overdue": "true", "on": "2021-02-20"}, 0),
        ({"overdue": "true", "on": "2021-02-21"}, 1),
        ({"state": "found", "on": "2021-01-19"}, 1),
        ({"on": "2021-01-09"}, 0),
        ({"kind": "other"}, 1),
        ({"kind": "quota"}, 0),
        ({"under": "360102"}, 1),
        ({"under": "360103"}, 0),
        ({"on": "2021-02-30"}, 0),
    ],
)
def test_list_shows_where_notices_stood_on_a_day(visit, issued, above, query, shown):
    response = visit(above, LIST, **query)

    assert len(response.context["rows"]) == shown


def test_list_says_the_state_and_leads_to_the_notice(visit, issued, office):
    (row,) = visit(office, LIST).context["rows"]

    assert row.url == f"/supervision/{issued.notice_id}/"
    assert [cell.text for cell in row.cells] == [
        "其他",
        "东湖区计划生育协会",
        "360102",
        "待回复（逾期）",
        "2021-02-20",
        "洪计生协〔2021〕1号",
        "2021-01-20",
        "南昌市计划生育协会",
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_list_asks_the_same_queries_for_one_row_and_for_three(
    client, county, office, count, django_assert_num_queries
):
    for number in range(count):
        made = factories.notice(factories.association(f"36010200{number}"), issuer=county)
        factories.notice_step(made, NoticeStep.NOTICED, date(2021, 2, 1))
    client.force_login(office)

    with django_assert_num_queries(11):
        response = client.get(LIST)

    assert len(response.context["rows"]) == count


def test_export_says_the_state_of_the_day(visit, issued, above):
    response = visit(above, f"{LIST}export.csv", on="2021-02-20")

    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[1].split(",")[3] == "待回复"


@pytest.fixture
def rule(province):
    return milestone_rule(province)


def test_overdue_milestones_and_broken_quotas_are_proposed(visit, county, above, province, rule):
    factories.quota_rule(rule.document, Body.COUNCIL, 30)
    term = factories.term(county)
    factories.seat(term)

    response = visit(above, "proposals")
    day = {"on": DEADLINE.isoformat()}
    on_the_day = visit(above, "proposals", kind="overdue-milestone", **day)

    rows = [(row.association.code, row.kind, row.item) for row, _ in response.context["rows"]]
    assert rows == [
        ("360102", NoticeKind.OVERDUE_MILESTONE, PLAN),
        ("360102", NoticeKind.QUOTA, Body.COUNCIL),
    ]
    assert "理事会1席中计入比例的0席，占0.0%，达不到不低于30%的规定" in response.text_body
    assert "应于2020年12月31日前完成" in response.text_body
    assert on_the_day.context["rows"] == []


def test_proposal_fills_the_form_and_is_not_made_twice(visit, county, above, rule):
    ((row, url),) = visit(above, "proposals").context["rows"]
    form = visit(above, url).context["form"]
    filled = {name: form[name].value() for name in ("association", "kind", "milestone", "finding")}
    visit(above, "notice_new", post=entry(**filled))

    assert filled == {
        "association": "360102",
        "kind": "overdue-milestone",
        "milestone": "plan-issued",
        "finding": row.finding,
    }
    assert SupervisionNotice.objects.get().milestone == Milestone.PLAN_ISSUED
    assert visit(above, "proposals").context["rows"] == []


def test_proposals_are_about_others_below(visit, county, other_county, office, verifier, rule):
    factories.grant(verifier, VERIFIER, county)

    assert visit(office, "proposals").context["rows"] == []
    codes = [row.association.code for row, _ in visit(verifier, "proposals").context["rows"]]
    assert codes == ["360102", "360103"]


def test_proposals_page_by_key(visit, city, above, rule, monkeypatch):
    monkeypatch.setattr("portal.oversight.supervision.proposals.PAGE_SIZE", 2)
    for number in range(3):
        factories.association(f"36010{number + 1}")

    first = visit(above, "proposals")
    second = visit(above, "/supervision/proposals/" + first.context["next_url"])

    found = [[row.association.code for row, _ in page.context["rows"]] for page in (first, second)]
    assert found == [["360101", "360102"], ["360103"]]
    assert second.context["next_url"] == ""


@pytest.mark.parametrize("count", [1, 3])
def test_proposals_ask_the_same_queries_for_one_office_and_for_three(
    client, city, above, rule, count, django_assert_num_queries
):
    for number in range(count):
        factories.association(f"36010{number + 1}")

    client.force_login(above)

    with django_assert_num_queries(18):
        response = client.get("/supervision/proposals/")

    assert len(response.context["rows"]) == count


@pytest.mark.parametrize(
    ("query", "status"),
    [({"kind": "x"}, 400), ({"sort": "x"}, 400), ({"under": "37"}, 404), ({"under": "9" * 30}, 404)],
)
def test_proposals_refuse_what_they_cannot_read(visit, county, above, query, status):
    assert visit(above, "proposals", **query).status_code == status


def test_prefilled_form_of_another_place_is_missing(visit, county, other_county, office):
    response = visit(office, "notice_new", association="360103", kind="overdue-milestone", item="budget")

    assert response.status_code == 404


def test_raised_notice_names_who_handles_it(visit, issued, above, top):
    post = {"seen": issued.pk, "text": "逾期不复"}
    visit(above, "notice_step", issued.notice_id, "raised", post=post)

    page = visit(top, "notice", issued.notice_id)

    assert panels(page) == ["noticed", "withdrawn"]
    assert panels(visit(above, "notice", issued.notice_id)) == []
    assert "江西省计划生育协会（由南昌市提请）" in page.text_body


def test_office_of_two_places_acts_for_its_own(visit, county, city, province):
    both = factories.user((OFFICE, province), username="both", association=city)

    visit(both, "notice_new", post=entry())

    assert SupervisionNotice.objects.get().issuer == city


def test_notice_says_over_rest_where_it_stands_and_whom_it_is_about(client, issued, office):
    client.force_login(office)

    row = client.get(f"/api/v1/supervision-notices/{issued.notice_id}/").json()
    listed = client.get("/api/v1/supervision-notices/?association=360102").json()["results"]
    of_the_issuer = client.get("/api/v1/supervision-notices/?association=3601").json()["results"]

    told = ("association_code", "issuer_code", "state", "due_on", "document_number", "issued_on")
    assert [row[name] for name in told] == [
        "360102",
        "3601",
        "待回复（逾期）",
        "2021-02-20",
        "洪计生协〔2021〕1号",
        "2021-01-20",
    ]
    assert (listed, of_the_issuer) == ([row], [])
