import pytest
from django.urls import reverse

from portal.jobs import worker
from portal.jobs.models import Job, JobState
from portal.lib.dates import today
from portal.reports import actions
from portal.reports.models import Report, ReportFormat, ReportKind
from tests.reports.conftest import DAY, work_all

pytestmark = pytest.mark.django_db(transaction=True)
NAME = "360102-基层一线比例合规报告-2021-06-30.xlsx"
KEY = "5f0c9a3e-6a5a-4c1e-9c55-0d3b8a6c1b11"


def entry(**values):
    return {
        "association": "360102",
        "kinds": ["quota"],
        "on": "2021-06-30",
        "formats": ["xlsx"],
        "reach": "own",
        "request_key": KEY,
    } | values


@pytest.fixture
def visit(client):
    def ask(who, name, *args, post=None):
        client.force_login(who)
        url = reverse(name, args=args)
        return client.get(url) if post is None else client.post(url, post)

    return ask


@pytest.fixture
def status_of(visit):
    def ask(who, name, *args, post=None):
        response = visit(who, name, *args, post=post)
        response.close()
        return response.status_code

    return ask


@pytest.fixture
def report(councils, county, office):
    made = actions.request_report(
        kind=ReportKind.QUOTA, association=county, on=DAY, formats=[ReportFormat.XLSX], by=office
    )
    work_all()
    return made


@pytest.fixture
def routes(report):
    """Each route about one report or its job, with its arguments."""
    return [
        ("reports:detail", report.pk),
        ("reports:progress", report.pk),
        ("reports:preview", report.pk),
        ("reports:file", report.pk, NAME),
        ("reports:of_job", report.job_id),
        ("reports:batch", report.job_id),
        ("reports:batch_progress", report.job_id),
        ("jobs:detail", report.job_id),
        ("jobs:progress", report.job_id),
    ]


@pytest.mark.parametrize("who", ["office", "leader", "verifier"])
def test_every_route_answers_those_of_the_county_and_above(request, status_of, routes, report, who):
    user = request.getfixturevalue(who)

    found = {name: status_of(user, name, *args) for name, *args in routes}

    expected = {name: 200 for name, *_ in routes} | {"reports:of_job": 302}
    assert found == expected


@pytest.mark.parametrize("who", ["neighbour", "outsider"])
def test_every_route_is_missing_for_those_elsewhere(request, status_of, routes, report, who):
    user = request.getfixturevalue(who)

    found = {name: status_of(user, name, *args) for name, *args in routes}
    retried = status_of(user, "jobs:retry", report.job_id, post={})

    assert (set(found.values()), retried) == ({404}, 404)


def test_lists_show_the_reports_of_the_own_subtree_alone(
    visit, status_of, report, office, neighbour, outsider
):
    seen = {
        who.username: [len(visit(who, name).context["page"].rows) for name in ("reports:list", "jobs:list")]
        for who in (office, neighbour)
    }
    refused = [status_of(outsider, name) for name in ("reports:list", "jobs:list")]

    assert seen == {"office": [1, 1], "neighbour": [0, 0]}
    assert refused == [404, 404]


def test_form_sent_twice_makes_one_report_and_changed_says_so(visit, councils, office):
    first = visit(office, "reports:list", post=entry())
    again = visit(office, "reports:list", post=entry())

    changed = visit(office, "reports:list", post=entry(on="2021-07-01"))
    form = changed.context["form"]
    renewed = visit(
        office, "reports:list", post=entry(on="2021-07-01", request_key=form["request_key"].value())
    )

    assert first.url == again.url
    assert form.errors == {"__all__": ["相同的提交标识此前已用于内容不同的报告，请核对后重新提交"]}
    assert renewed.status_code == 302
    assert sorted(str(day) for day in Report.objects.values_list("on", flat=True)) == [
        "2021-06-30",
        "2021-07-01",
    ]


def test_page_asks_for_all_kinds_or_none(visit, councils, office, monkeypatch):
    monkeypatch.setattr(actions, "MOST_OPEN", 1)

    response = visit(office, "reports:list", post=entry(kinds=["quota", "reform"]))

    assert response.context["form"].errors == {"__all__": ["您排队的报告将超过1份，请等已提出的完成后再试"]}
    assert Report.objects.count() == 0


def test_page_makes_a_report_and_leads_to_it(visit, councils, office):
    response = visit(office, "reports:list", post=entry())

    report = Report.objects.get()
    assert response.url == reverse("reports:detail", args=[report.pk])
    assert (report.kind, report.association.code, report.on, report.formats) == (
        "quota",
        "360102",
        DAY,
        ["xlsx"],
    )


def test_form_sent_twice_makes_one_report(visit, councils, office):
    visit(office, "reports:list", post=entry())
    visit(office, "reports:list", post=entry())

    assert Report.objects.count() == 1


def test_page_makes_a_batch_and_leads_to_it(visit, councils, verifier):
    post = entry(association="3601", reach="direct", kinds=["quota", "reform"])

    response = visit(verifier, "reports:list", post=post)
    work_all()

    batch = visit(verifier, "reports:batch", response.url.split("/")[-2])
    assert [(row.kind, row.association.code) for row in batch.context["page"].rows] == [
        ("quota", "360102"),
        ("quota", "360103"),
        ("reform", "360102"),
        ("reform", "360103"),
    ]
    assert (batch.context["view"].state, batch.context["view"].percent) == (JobState.DONE, 100)


def test_poll_of_a_running_batch_shows_its_rows_and_its_state(client, councils, city, verifier):
    batch = actions.request_batch(
        kinds=[ReportKind.QUOTA], association=city, on=DAY, formats=[ReportFormat.XLSX], by=verifier
    )
    worker.work(Job.objects.claimable().earliest("pk").pk)
    client.force_login(verifier)

    poll = client.get(reverse("reports:batch_progress", args=[batch.pk]), headers={"HX-Request": "true"})
    jobs = {
        state: [
            (job.title, job.standing)
            for job in client.get(reverse("jobs:list"), {"state": state}).context["page"].rows
        ]
        for state in ("running", "waiting")
    }

    words = poll.content.decode()
    assert words.strip().startswith('<div id="progress">')
    assert 'hx-target="#progress"' in words
    assert ("1 / 2 项" in words, words.count("进行中</span>"), words.count("排队中</span>")) == (True, 1, 1)
    assert words.count('aria-label="下载 ') == 1
    assert jobs == {
        "running": [("批量生成基层一线比例合规报告（截至2021-06-30）", "running")],
        "waiting": [],
    }


@pytest.mark.parametrize("code", ["360103", "3601", "999999", "36010200"])
def test_code_outside_the_grant_is_refused_like_a_missing_one(visit, councils, office, code):
    response = visit(office, "reports:list", post=entry(association=code))

    message = "没有这个协会，或您无权为其生成报告"
    assert response.context["form"].errors == {"association": [message]}
    assert (response.context["picker"].code, response.context["picker"].error) == (code, message)
    assert not Report.objects.exists()


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({"on": "2021-02-30"}, "on", "输入一个有效的日期。"),
        ({"on": "1979-12-31"}, "on", "日期不能早于1980年1月1日"),
        ({"kinds": []}, "kinds", "请至少选择一项。"),
        ({"formats": ["doc"]}, "formats", "选择一个有效的选项。 doc 不在可用的选项中。"),
        ({"reach": "direct"}, None, "该协会在所选日期没有下级协会"),
    ],
)
def test_nonsense_is_answered_beside_its_field(visit, councils, office, values, field, message):
    response = visit(office, "reports:list", post=entry(**values))

    assert response.context["form"].errors == {field or "reach": [message]}
    assert not Report.objects.exists()


def test_download_is_an_attachment_with_its_chinese_name(visit, report, office):
    response = visit(office, "reports:file", report.pk, NAME)

    assert b"".join(response.streaming_content).startswith(b"PK")
    assert response.headers["Content-Type"].endswith("spreadsheetml.sheet")
    assert response.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''360102-")


def test_poll_of_an_ended_report_refreshes_the_page(client, report, office):
    client.force_login(office)

    response = client.get(reverse("reports:progress", args=[report.pk]), headers={"HX-Request": "true"})

    assert response.headers["HX-Refresh"] == "true"


def test_poll_of_a_waiting_report_answers_with_its_bar(client, councils, county, office):
    waiting = actions.request_report(
        kind=ReportKind.QUOTA, association=county, on=today(), formats=[ReportFormat.PDF], by=office
    )
    client.force_login(office)

    response = client.get(reverse("reports:progress", args=[waiting.pk]), headers={"HX-Request": "true"})

    words = response.content.decode()
    assert 'id="report-progress"' in words
    assert "排队中" in words
    assert "<html" not in words


def test_failed_report_can_be_tried_again(visit, report, office):
    Job.objects.filter(pk=report.job_id).update(state=JobState.FAILED)

    visit(office, "jobs:retry", report.job_id, post={})

    job = Job.objects.get(pk=report.job_id)
    assert (job.state, job.attempts, job.attempts_allowed) == (JobState.WAITING, 1, 4)


def test_list_takes_the_same_statements_for_one_and_three_reports(
    client, report, county, office, django_assert_num_queries
):
    client.force_login(office)
    client.get(reverse("reports:list"))

    def count():
        with django_assert_num_queries(15, exact=False) as captured:
            client.get(reverse("reports:list"))
        return len(captured)

    one = count()
    for _ in range(2):
        actions.request_report(
            kind=ReportKind.REFORM, association=county, on=DAY, formats=[ReportFormat.XLSX], by=office
        )
    work_all()

    assert count() == one


def test_pages_of_a_long_list_meet_without_gap_or_repeat(client, county, office, monkeypatch):
    monkeypatch.setattr("portal.reports.views.PAGE_SIZE", 2)
    made = [
        actions.request_report(
            kind=ReportKind.QUOTA, association=county, on=DAY, formats=[ReportFormat.XLSX], by=office
        ).pk
        for _ in range(5)
    ]
    client.force_login(office)

    seen, url = [], reverse("reports:list")
    while url:
        page = client.get(url).context["page"]
        seen.append([row.pk for row in page.rows])
        url = page.next_url and reverse("reports:list") + page.next_url
    back = client.get(reverse("reports:list") + page.previous_url).context["page"]

    assert seen == [made[:2:-1], made[2:0:-1], made[:1]]
    assert [row.pk for row in back.rows] == seen[1]


def test_page_number_that_is_none_is_refused(client, office):
    client.force_login(office)

    assert client.get(reverse("reports:list"), {"after": "x"}).status_code == 400


def test_signed_out_visitor_is_sent_to_the_sign_in(client, report):
    response = client.get(reverse("reports:detail", args=[report.pk]))

    assert response.status_code == 302
    assert response.url.startswith(reverse("accounts:sign_in"))


def test_user_without_any_report_gets_told_what_to_do(visit, office):
    response = visit(office, "reports:list")

    assert "还没有报告" in response.content.decode()
    assert response.context["picker"].path == ("江西省", "南昌市", "东湖区")


def test_report_names_the_office_that_asked_and_not_the_person(visit, report, office, leader):
    office.name = "某经办人"
    office.save()

    page = visit(leader, "reports:detail", report.pk).content.decode()

    assert ("东湖区 发起于" in page, "某经办人" in page) == (True, False)
