from datetime import date

import pytest

from portal.jobs.attempts import claim
from portal.jobs.models import Job, JobState
from portal.lib.findings import RuleViolation
from portal.records.files import path_of
from portal.reports import actions
from portal.reports.models import Report, ReportFile, ReportFormat, ReportKind
from tests import factories
from tests.jobs.conftest import expire
from tests.reports.conftest import DAY, work_all

pytestmark = pytest.mark.django_db(transaction=True)


def ask(place, by, **values):
    defaults = {"kind": ReportKind.QUOTA, "on": DAY, "formats": [ReportFormat.XLSX, ReportFormat.JSON]}
    return actions.request_report(association=place, by=by, **(defaults | values))


def ask_all(place, by, **values):
    defaults = {"kinds": [ReportKind.QUOTA], "on": DAY, "formats": [ReportFormat.XLSX]}
    return actions.request_batch(association=place, by=by, **(defaults | values))


def test_report_is_made_with_its_files(councils, county, office):
    report = ask(county, office)

    work_all()

    report.refresh_from_db()
    assert report.job.state == JobState.DONE
    assert [file.name for file in report.files.order_by("name")] == [
        "360102-基层一线比例合规报告-2021-06-30.json",
        "360102-基层一线比例合规报告-2021-06-30.xlsx",
    ]
    assert {path_of(file.sha256).stat().st_size for file in report.files.all()} == {
        file.size for file in report.files.all()
    }
    assert report.content["subject"]["code"] == "360102"


def test_same_request_key_gives_the_same_report(county, office):
    assert ask(county, office, request_key="k") == ask(county, office, request_key="k")
    assert Report.objects.count() == 1


def test_same_request_key_of_another_user_gives_another_report(county, office, verifier):
    ask(county, office, request_key="k")
    ask(county, verifier, request_key="k")

    assert Report.objects.count() == 2


@pytest.mark.parametrize(
    "changed",
    [
        {"kind": ReportKind.REFORM},
        {"on": date(2021, 7, 1)},
        {"formats": [ReportFormat.PDF]},
        {"place": "other_county"},
    ],
)
def test_same_request_key_for_another_report_is_refused(request, county, office, changed):
    first = ask(county, office, request_key="k")
    place = request.getfixturevalue(changed.pop("place", "county"))

    with pytest.raises(RuleViolation) as refused:
        ask(place, office, request_key="k", **changed)

    assert [finding.code for finding in refused.value.findings] == ["idempotency-key"]
    assert list(Report.objects.all()) == [first]


def test_reports_past_the_limit_of_open_ones_are_refused_until_some_are_made(
    councils, county, other_county, office, verifier, monkeypatch
):
    monkeypatch.setattr(actions, "MOST_OPEN", 1)
    ask(county, office)

    with pytest.raises(RuleViolation, match="您排队的报告将超过1份，请等已提出的完成后再试"):
        ask(county, office)
    ask(other_county, verifier)
    work_all()
    ask(county, office)

    assert Report.objects.count() == 3


def test_limit_of_open_reports_counts_once_what_is_asked_again(county, office, monkeypatch):
    monkeypatch.setattr(actions, "MOST_OPEN", 1)

    first, second = (ask(county, office, request_key="k") for _ in range(2))

    assert first == second


def test_batch_up_to_the_limit_of_open_reports_is_taken(councils, city, verifier, monkeypatch):
    monkeypatch.setattr(actions, "MOST_OPEN", 2)

    ask_all(city, verifier)

    assert Report.objects.count() == 2


def test_batch_past_the_limit_of_open_reports_leaves_nothing(councils, city, verifier, monkeypatch):
    monkeypatch.setattr(actions, "MOST_OPEN", 1)

    with pytest.raises(RuleViolation, match="您排队的报告将超过1份"):
        ask_all(city, verifier)

    assert not Job.objects.exists()


def test_worker_that_lost_its_report_leaves_one_set_of_files(councils, county, office):
    report = ask(county, office)
    claim(report.job_id)
    expire(report.job)

    work_all()
    work_all()

    report.job.refresh_from_db()
    assert (report.job.state, report.job.attempts) == (JobState.DONE, 2)
    assert ReportFile.objects.filter(report=report).count() == 2


def test_batch_makes_one_report_for_each_child(councils, city, verifier):
    batch = ask_all(city, verifier, kinds=[ReportKind.QUOTA, ReportKind.REFORM])

    work_all()

    batch.refresh_from_db()
    assert batch.state == JobState.DONE
    assert sorted(Report.objects.values_list("kind", "association__code")) == [
        ("quota", "360102"),
        ("quota", "360103"),
        ("reform", "360102"),
        ("reform", "360103"),
    ]


def test_batch_of_a_level_reaches_below_the_cities(councils, province):
    by = factories.user()

    ask_all(province, by, level=3)

    assert sorted(Report.objects.values_list("association__code", flat=True)) == ["360102", "360103"]


def test_same_batch_asked_twice_is_one(councils, city, verifier):
    first, second = (ask_all(city, verifier, request_key="k") for _ in range(2))

    assert first == second
    assert Job.objects.count() == 3


@pytest.mark.parametrize(
    "changed",
    [
        {"kinds": [ReportKind.REFORM]},
        {"on": date(2021, 7, 1)},
        {"formats": [ReportFormat.PDF]},
        {"level": 3},
        {"place": "province"},
    ],
)
def test_same_request_key_for_another_batch_is_refused(request, councils, city, verifier, changed):
    ask_all(city, verifier, request_key="k")
    place = request.getfixturevalue(changed.pop("place", "city"))

    with pytest.raises(RuleViolation) as refused:
        ask_all(place, verifier, request_key="k", **changed)

    assert [finding.code for finding in refused.value.findings] == ["idempotency-key"]
    assert Job.objects.count() == 3


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"on": date(1979, 12, 31)}, "日期不能早于1980年1月1日"),
        ({"formats": []}, "请至少选择一种格式"),
    ],
)
def test_nonsense_is_refused_and_nothing_written(county, office, values, message):
    with pytest.raises(RuleViolation, match=message):
        ask(county, office, **values)

    assert not Job.objects.exists()


def test_batch_below_a_place_without_children_is_refused(county, office):
    with pytest.raises(RuleViolation, match="该协会在所选日期没有下级协会"):
        ask_all(county, office)

    assert not Job.objects.exists()


def test_batch_larger_than_the_limit_is_refused(councils, city, verifier, monkeypatch):
    monkeypatch.setattr(actions, "MOST_PARTS", 1)

    with pytest.raises(RuleViolation, match="一次最多生成1份，请缩小范围"):
        ask_all(city, verifier)

    assert not Job.objects.exists()
