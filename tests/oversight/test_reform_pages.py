from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from associations.enums import Milestone
from associations.milestones import actions as milestone_actions
from associations.models import MilestoneEvent
from portal.accounts.roles import OFFICE, VERIFIER
from portal.lib.dates import today
from portal.records.files import store_upload
from portal.records.models import StoredFile
from tests import factories
from tests.associations.milestones.cases import DEADLINE, PLAN, claim, milestone_rule

PDF = b"%PDF-1.7\n%%EOF\n"
TODAY = today()


@pytest.fixture(autouse=True)
def files_dir(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"


@pytest.fixture
def rule(province):
    return milestone_rule(province)


@pytest.fixture
def visit(client):
    """Answer a request as somebody; the answer's body decoded as `text`."""

    def ask(who, name, *args, post=None, **query):
        client.force_login(who)
        url = reverse(f"oversight:{name}", args=args)
        response = client.get(url, query) if post is None else client.post(url, post)
        response.text_body = "" if response.streaming else response.content.decode()
        return response

    return ask


def entry(**values):
    upload = SimpleUploadedFile("改革方案.pdf", PDF)
    return {"document_number": "东府办发〔2020〕8号", "achieved_on": "2020-12-30", "file": upload} | values


def steps() -> list[str]:
    return list(MilestoneEvent.objects.order_by("pk").values_list("step", flat=True))


def words(response) -> list[str]:
    return [row.badge.word for row in response.context["rows"]]


def test_claim_made_on_a_page_is_verified_on_another(visit, county, office, verifier, rule):
    claimed = visit(office, "claim", "360102", PLAN, post=entry())
    seen = MilestoneEvent.objects.get()
    listed = visit(verifier, "queue")
    verified = visit(verifier, "verify", "360102", PLAN, post={"seen": seen.pk})

    assert claimed.url == "/associations/360102/reform/plan-issued/"
    assert (seen.document_number, seen.achieved_on, seen.on) == (
        "东府办发〔2020〕8号",
        date(2020, 12, 30),
        TODAY,
    )
    assert [row.claim for row in listed.context["page"].rows] == [seen]
    assert verified.url == "/reform/queue/"
    assert steps() == ["claimed", "verified"]
    assert words(visit(office, "reform", "360102")) == ["已核实"]


def test_claim_posted_twice_is_kept_once(visit, county, office, rule):
    visit(office, "claim", "360102", PLAN, post=entry())
    again = visit(office, "claim", "360102", PLAN, post=entry())

    assert steps() == ["claimed"]
    assert StoredFile.objects.count() == 1
    assert "该事项目前为“已申报”，不能申报" in again.text_body


@pytest.mark.parametrize(
    ("wrong", "field", "message"),
    [
        ({"document_number": " "}, "document_number", "请填写这一项。"),
        ({"achieved_on": ""}, "achieved_on", "请填写这一项。"),
        ({"achieved_on": "2020-02-30"}, "achieved_on", "输入一个有效的日期。"),
        (
            {"achieved_on": (TODAY + timedelta(days=1)).isoformat()},
            "achieved_on",
            "成文日期不能晚于申报日期",
        ),
        ({"file": ""}, "file", "请选择要上传的文件。"),
        ({"file": SimpleUploadedFile("方案.pdf", b"")}, "file", "文件是空的，请检查后重新上传"),
        (
            {"file": SimpleUploadedFile("方案.pdf", b"MZ")},
            "file",
            "文件名说是 PDF，内容却不是（或已损坏），请检查后重新上传",
        ),
    ],
)
def test_claim_with_something_wrong_says_where_and_writes_nothing(
    visit, county, office, rule, wrong, field, message
):
    response = visit(office, "claim", "360102", PLAN, post=entry(**wrong))

    assert response.context["form"].errors == {field: [message]}
    assert (steps(), StoredFile.objects.count()) == ([], 0)


def test_claim_of_a_milestone_that_binds_nobody_here_is_missing(visit, county, office, rule):
    response = visit(office, "claim", "360102", Milestone.BUDGET, post=entry())

    assert response.status_code == 404


def test_claim_can_be_withdrawn_and_made_again(visit, county, office, rule):
    made = claim(county, office, TODAY)

    visit(office, "withdraw", "360102", PLAN, post={"seen": made.pk})
    visit(office, "claim", "360102", PLAN, post=entry())

    assert steps() == ["claimed", "withdrawn", "claimed"]


def test_start_is_put_on_record(visit, county, office, rule):
    visit(office, "start", "360102", PLAN, post={})

    assert steps() == ["started"]
    assert words(visit(office, "reform", "360102")) == ["进行中"]


def test_return_needs_a_reason_and_shows_it(visit, county, office, verifier, rule):
    made = claim(county, office, TODAY)

    bare = visit(verifier, "return", "360102", PLAN, post={"seen": made.pk, "reason": " "})
    returned = visit(verifier, "return", "360102", PLAN, post={"seen": made.pk, "reason": "缺盖章页"})

    assert bare.context["return_form"].errors == {"reason": ["请填写这一项。"]}
    assert returned.url == "/reform/queue/"
    assert steps() == ["claimed", "returned"]
    assert "缺盖章页" in visit(office, "milestone", "360102", PLAN).text_body


def test_verify_posted_twice_tells_the_second_time(visit, county, office, verifier, rule):
    made = claim(county, office, TODAY)

    visit(verifier, "verify", "360102", PLAN, post={"seen": made.pk})
    again = visit(verifier, "verify", "360102", PLAN, post={"seen": made.pk})

    assert steps() == ["claimed", "verified"]
    assert "该事项已有新的进展，目前为“已核实”，请刷新后再处理" in again.text_body
    assert '<a href="/associations/360102/reform/plan-issued/">查看最新情况</a>' in again.text_body


def test_own_claim_is_refused_with_a_sentence(visit, county, city, office, rule):
    factories.grant(office, VERIFIER, city)
    made = claim(county, factories.user((OFFICE, county), association=county), TODAY)

    response = visit(office, "verify", "360102", PLAN, post={"seen": made.pk})

    assert "不能核实或退回本单位的申报，请由上级协会办理" in response.text_body
    assert steps() == ["claimed"]


def test_step_of_another_milestone_is_no_answer(visit, county, office, verifier, rule, province):
    milestone_rule(province, Milestone.BUDGET, document=rule.document)
    other = claim(county, office, TODAY, milestone=Milestone.BUDGET)
    claim(county, office, TODAY)

    response = visit(verifier, "verify", "360102", PLAN, post={"seen": other.pk})

    assert response.status_code == 404
    assert steps() == ["claimed", "claimed"]


def test_plan_claimed_on_the_deadline_is_never_overdue(visit, county, office, verifier, rule):
    made = claim(county, office, DEADLINE)
    milestone_actions.verify(seen=made, by=verifier, on=date(2021, 3, 1))

    days = ("2020-12-30", "2020-12-31", "2021-02-28", "2021-03-01", "2021-06-30")
    found = {}
    for day in days:
        (row,) = visit(office, "reform", "360102", on=day).context["rows"]
        found[day] = (row.badge.word, row.status.is_overdue, row.status.is_late)

    assert found == {
        "2020-12-30": ("未启动", False, False),
        "2020-12-31": ("已申报", False, False),
        "2021-02-28": ("已申报", False, False),
        "2021-03-01": ("已核实", False, False),
        "2021-06-30": ("已核实", False, False),
    }


@pytest.mark.parametrize(
    ("achieved_on", "is_late"), [(DEADLINE, False), (DEADLINE + timedelta(days=1), True)]
)
def test_lateness_is_read_from_the_day_of_the_document(visit, county, office, rule, achieved_on, is_late):
    claim(county, office, date(2021, 6, 1), achieved_on=achieved_on)

    (row,) = visit(office, "reform", "360102", on="2021-06-30").context["rows"]

    assert (row.status.is_late, row.status.is_overdue) == (is_late, False)


def test_unclaimed_milestone_is_overdue_the_day_after_its_deadline(visit, county, office, rule):
    found = {
        day: visit(office, "reform", "360102", on=day).context["total"].overdue
        for day in ("2020-12-31", "2021-01-01")
    }

    assert found == {"2020-12-31": 0, "2021-01-01": 1}


def test_board_of_a_past_day_offers_no_steps(visit, county, office, rule):
    (now,) = visit(office, "reform", "360102").context["rows"]
    (then,) = visit(office, "reform", "360102", on="2021-06-30").context["rows"]

    assert (now.open_steps, then.open_steps) == (("started", "claimed"), ())


def test_computed_milestones_show_what_the_records_say(visit, county, office, province):
    document = factories.policy(province)
    for milestone in (Milestone.QUOTAS, Milestone.RE_ELECTION, Milestone.NETWORK):
        milestone_rule(province, milestone, document=document, deadline=None)

    response = visit(office, "reform", "360102")

    assert [
        (row.status.milestone.label, row.badge.word, row.open_steps) for row in response.context["rows"]
    ] == [
        ("按期换届", "未达标", ()),
        ("基层一线比例达标", "未达标", ()),
        ("乡村两级组织健全", "尚未计算", ()),
    ]
    assert visit(office, "claim", "360102", Milestone.QUOTAS, post=entry()).context["form"].errors == {
        "__all__": ["“基层一线比例达标”由数据自动计算，不需申报"]
    }


def test_subtree_shows_the_node_and_its_children(visit, county, other_county, office, verifier, rule):
    made = claim(county, office, DEADLINE)
    milestone_actions.verify(seen=made, by=verifier, on=date(2021, 3, 1))

    board = visit(verifier, "reform", "3601", reach="below", on="2021-06-30").context["board"]

    assert board.milestones == (PLAN,)
    assert [
        (row.association.code, [cell.word for cell in row.cells], row.subtree.verified, row.subtree.required)
        for row in board.rows
    ] == [("3601", ["逾期"], 1, 3), ("360102", ["核实"], 1, 1), ("360103", ["逾期"], 0, 1)]
    assert (board.total.verified, board.total.required, board.total.overdue) == (1, 3, 2)


def test_subtree_pages_by_code(visit, city, verifier, rule, monkeypatch):
    monkeypatch.setattr("portal.oversight.boards.PAGE_SIZE", 2)
    for code in ("360102", "360103", "360104"):
        factories.association(code)

    first = visit(verifier, "reform", "3601", reach="below").context["board"]
    second = visit(verifier, "reform", "3601", reach="below", after=first.following).context["board"]

    assert [row.association.code for row in first.rows] == ["3601", "360102", "360103"]
    assert [row.association.code for row in second.rows] == ["360104"]
    assert (first.following, second.following) == ("360103", "")


def test_queue_lists_what_the_user_may_judge_oldest_first(
    visit, county, other_county, city, office, neighbour, verifier, rule
):
    younger = claim(county, office, TODAY - timedelta(days=2))
    older = claim(other_county, neighbour, TODAY - timedelta(days=9))
    claim(city, factories.user((OFFICE, city), association=city), TODAY - timedelta(days=20))
    own = factories.association("360104")
    claim(own, verifier, TODAY - timedelta(days=20))

    rows = visit(verifier, "queue").context["page"].rows

    assert [(row.claim, row.days) for row in rows] == [(older, 9), (younger, 2)]


def test_queue_forgets_what_was_answered_and_remembers_it_on_past_days(visit, county, office, verifier, rule):
    made = claim(county, office, date(2021, 1, 4))
    milestone_actions.return_(seen=made, reason="缺文号", by=verifier, on=date(2021, 2, 1))

    found = {
        day: [row.claim for row in visit(verifier, "queue", on=day).context["page"].rows]
        for day in ("2021-01-03", "2021-01-04", "2021-01-31", "2021-02-01")
    }

    assert found == {
        "2021-01-03": [],
        "2021-01-04": [made],
        "2021-01-31": [made],
        "2021-02-01": [],
    }


def test_queue_of_those_who_verify_nothing_is_missing(visit, office, leader, outsider):
    assert [visit(who, "queue").status_code for who in (office, leader, outsider)] == [404, 404, 404]


def test_queue_pages_forward_and_back(client, visit, city, verifier, rule, monkeypatch):
    monkeypatch.setattr("portal.oversight.views.queue.PAGE_SIZE", 2)
    for number in range(1, 6):
        place = factories.association(f"36010{number}")
        claim(place, factories.user((OFFICE, place), association=place), date(2021, 1, 4))

    first = visit(verifier, "queue")
    second = client.get(f"/reform/queue/{first.context['next_url']}")
    third = client.get(f"/reform/queue/{second.context['next_url']}")
    back = client.get(f"/reform/queue/{third.context['previous_url']}")

    pages = [
        [row.claim.association.code for row in page.context["page"].rows]
        for page in (first, second, third, back)
    ]
    assert pages == [["360101", "360102"], ["360103", "360104"], ["360105"], ["360103", "360104"]]
    assert (first.context["previous_url"], third.context["next_url"]) == ("", "")
    assert first.context["count"] == "共 5 件"


@pytest.mark.parametrize("edge", ["x", "2021-13-01.4", "2021-01-01.", "2021-01-01.x"])
def test_queue_with_a_place_that_is_none_is_a_bad_request(visit, verifier, edge):
    assert visit(verifier, "queue", after=edge).status_code == 400


def test_file_is_downloaded_by_those_who_see_the_claim(
    visit, county, office, leader, verifier, neighbour, outsider, rule
):
    file = store_upload(SimpleUploadedFile("改革方案.pdf", PDF), by=office)
    made = claim(county, office, TODAY, file=file)

    for who in (office, leader, verifier):
        response = visit(who, "file", made.pk)
        assert b"".join(response.streaming_content) == PDF
        assert response["Content-Disposition"].startswith("attachment; ")
    for who in (neighbour, outsider):
        assert visit(who, "file", made.pk).status_code == 404


def test_file_of_a_step_without_one_is_missing(visit, county, office, rule):
    step = milestone_actions.start(association=county, milestone=PLAN, by=office, on=TODAY)

    assert visit(office, "file", step.pk).status_code == 404


READ = {"reform": ("360102",), "milestone": ("360102", PLAN)}
CLAIM = {"claim": ("360102", PLAN), "start": ("360102", PLAN), "withdraw": ("360102", PLAN)}
JUDGE = {"verify": ("360102", PLAN), "return": ("360102", PLAN)}


@pytest.mark.parametrize(
    ("who", "closed"),
    [
        ("neighbour", READ | CLAIM | JUDGE),
        ("outsider", READ | CLAIM | JUDGE),
        ("leader", CLAIM | JUDGE),
        ("office", JUDGE),
    ],
)
def test_page_out_of_reach_is_missing(request, visit, county, office, rule, who, closed):
    made = claim(county, office, TODAY)
    visitor = request.getfixturevalue(who)

    for name, args in closed.items():
        post = None if name in READ else {"seen": made.pk, "reason": "不符"} | entry()
        assert visit(visitor, name, *args, post=post).status_code == 404, name

    assert steps() == ["claimed"]


def test_unknown_code_and_foreign_code_look_the_same(visit, county, neighbour, rule):
    foreign = visit(neighbour, "reform", "360102")
    unknown = visit(neighbour, "reform", "369999")

    assert (foreign.status_code, unknown.status_code) == (404, 404)
    assert foreign.text_body.replace("360102", "") == unknown.text_body.replace("369999", "")


def test_get_of_a_step_leads_to_the_milestone_and_writes_nothing(visit, county, office, verifier, rule):
    claim(county, office, TODAY)
    asked = ((office, "start"), (office, "withdraw"), (verifier, "verify"), (verifier, "return"))

    led = {visit(who, name, "360102", PLAN).url for who, name in asked}

    assert (led, steps()) == ({"/associations/360102/reform/plan-issued/"}, ["claimed"])


def test_home_leads_to_ones_own_board(visit, county, office, outsider):
    assert visit(office, "reform_home").url == "/associations/360102/reform/"
    assert visit(outsider, "reform_home").status_code == 404


def test_board_where_no_rule_binds_says_so(visit, county, office):
    assert "没有适用的改革事项" in visit(office, "reform", "360102").text_body


@pytest.mark.parametrize(
    "url", ["/reform/queue/", "/associations/3601/reform/?reach=below", "/associations/3601/reform/"]
)
def test_list_takes_the_same_queries_for_one_row_and_for_three(
    client, city, verifier, rule, django_assert_max_num_queries, url
):
    client.force_login(verifier)
    counts = []

    for code in ("360102", "360103", "360104"):
        place = factories.association(code)
        claim(place, factories.user((OFFICE, place), association=place), TODAY)
        with django_assert_max_num_queries(20) as captured:
            assert client.get(url).status_code == 200
        counts.append(len(captured))

    assert counts[0] == counts[2], counts
