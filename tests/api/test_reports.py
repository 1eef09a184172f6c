import pytest

from portal.jobs.models import Job, JobState
from portal.records.files import store_bytes
from portal.reports.models import Report, ReportFile

REPORTS = "/api/v1/reports/"
ASKED = {"kind": "quota", "association": "360102", "on": "2021-06-30", "formats": ["pdf", "json"]}


def order(client, asked=None, key=""):
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(REPORTS, asked or ASKED, content_type="application/json", headers=headers)


def test_order_is_accepted_and_tells_where_to_look(clerk):
    response = order(clerk)

    report = Report.objects.get()
    assert response.status_code == 202
    assert response["Location"] == f"http://testserver{REPORTS}{report.pk}/"
    told = clerk.get(response["Location"]).json()
    assert told == response.json()
    assert {name: told[name] for name in ("kind", "association", "on", "formats", "files")} == ASKED | {
        "files": []
    }
    assert (told["job"]["state"], told["job"]["progress_done"]) == ("waiting", 0)


def test_day_and_formats_may_be_left_out(clerk):
    response = order(clerk, {"kind": "reform", "association": "360102"})

    assert response.json()["formats"] == ["pdf", "xlsx", "json"]


@pytest.mark.parametrize("code", ["360103", "3601", "369999"])
def test_node_outside_the_grant_looks_like_a_missing_one(clerk, other_county, code):
    response = order(clerk, {**ASKED, "association": code})

    assert response.status_code == 400
    assert response.json()["errors"] == {"association": ["没有这个协会，或您无权为它生成报告"]}
    assert Job.objects.count() == 0


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "tasks"}, "kind"),
        ({"on": "2021-02-30"}, "on"),
        ({"formats": []}, "formats"),
        ({"formats": ["doc"]}, "formats"),
        ({"association": "36%"}, "association"),
        ({"association": None}, "association"),
    ],
)
def test_order_without_sense_is_refused_by_field(clerk, change, field):
    response = order(clerk, ASKED | change)

    assert response.status_code == 400
    assert list(response.json()["errors"]) == [field]


def test_day_before_there_were_associations_is_a_finding(clerk):
    response = order(clerk, ASKED | {"on": "1979-12-31"})

    assert response.status_code == 409
    assert [finding["source"] for finding in response.json()["findings"]] == ["on"]


def test_same_idempotency_key_makes_one_report(clerk):
    first = order(clerk, key="abc")
    second = order(clerk, key="abc")

    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json()["id"] == second.json()["id"]
    assert Report.objects.count() == 1


@pytest.mark.parametrize("change", [{"on": "2022-06-30"}, {"kind": "reform"}, {"formats": ["json"]}])
def test_key_of_another_report_is_a_conflict(clerk, change):
    order(clerk, key="abc")

    response = order(clerk, ASKED | change, key="abc")

    assert response.status_code == 409
    assert [finding["code"] for finding in response.json()["findings"]] == ["key_used"]
    assert Report.objects.count() == 1


def test_same_key_of_another_user_is_another_report(clerk, leader):
    first = order(clerk, key="abc").json()["id"]
    clerk.force_login(leader)

    assert order(clerk, key="abc").json()["id"] != first


@pytest.mark.parametrize("key", ["x" * 101, "键"])
def test_unfit_key_is_refused(clerk, key):
    response = order(clerk, key=key)

    assert response.status_code == 400
    assert list(response.json()["errors"]) == ["Idempotency-Key"]


@pytest.fixture
def file(county, settings, tmp_path):
    settings.FILES_DIR = tmp_path
    job = Job.objects.create(kind="report", key="k", association=county)
    report = Report.objects.create(
        kind="quota", association=county, on="2021-06-30", formats=["json"], job=job
    )
    return ReportFile.objects.create(
        report=report, format="json", name="360102-报告.json", sha256=store_bytes(b'{"a": 1}'), size=8
    )


def test_file_is_a_download_and_304_when_known(clerk, file):
    url = clerk.get(f"{REPORTS}{file.report_id}/").json()["files"][0]["url"]

    first = clerk.get(url)
    again = clerk.get(url, headers={"if-none-match": first["ETag"]})

    assert b"".join(first.streaming_content) == b'{"a": 1}'
    assert first["Content-Disposition"].startswith("attachment; filename*=utf-8''360102-")
    assert first["ETag"] == f'"{file.sha256}"'
    assert first["Cache-Control"] == "private, no-store"
    assert again.status_code == 304


def test_lost_file_is_a_404(clerk, file, settings, tmp_path):
    settings.FILES_DIR = tmp_path / "elsewhere"

    assert clerk.get(f"{REPORTS}{file.report_id}/files/{file.name}").status_code == 404


def test_report_file_and_job_of_another_county_are_missing(client, neighbour, file):
    client.force_login(neighbour)

    answers = [
        client.get(f"{REPORTS}{file.report_id}/"),
        client.get(f"{REPORTS}{file.report_id}/files/{file.name}"),
        client.get(f"/api/v1/jobs/{file.report.job_id}/"),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404]


def test_job_of_a_batch_counts_its_parts(clerk, county):
    batch = Job.objects.create(kind="batch", key="b", association=county, progress_total=2)
    for number, state in enumerate((JobState.WAITING, JobState.WAITING)):
        Job.objects.create(kind="report", key=f"p{number}", association=county, parent=batch, state=state)

    told = clerk.get(f"/api/v1/jobs/{batch.pk}/").json()

    assert (told["state"], told["progress_done"], told["progress_total"]) == ("waiting", 0, 2)
    assert told["association"] == "360102"
