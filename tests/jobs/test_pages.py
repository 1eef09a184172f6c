import pytest
from django.urls import reverse

from portal.accounts.roles import ADMINISTRATOR, AUDITOR, OFFICE
from portal.jobs.models import Job
from portal.lib.dates import now
from tests import factories


def make_job(place, **values):
    return Job.objects.create(
        **({"kind": "report", "key": f"page:{next(factories.serial)}"} | values), association=place
    )


@pytest.fixture
def asked(county):
    """A job of the county that a person of its office asked for."""
    clerk = factories.user(association=county, name="某经办人")
    return make_job(county, created_by=clerk)


@pytest.mark.parametrize("who", ["leader", "verifier"])
def test_job_names_the_office_that_asked_and_not_the_person(client, request, asked, who):
    client.force_login(request.getfixturevalue(who))

    pages = [
        client.get(reverse("jobs:list")).content.decode(),
        client.get(reverse("jobs:detail", args=[asked.pk])).content.decode(),
    ]

    assert [("发起单位" in page, "某经办人" in page) for page in pages] == [(True, False)] * 2


@pytest.mark.parametrize(("who", "shown"), [("verifier", True), ("office", False)])
def test_part_leads_to_its_batch_whoever_may_open_it(client, request, city, county, who, shown):
    batch = make_job(city, kind="batch")
    part = make_job(county, parent=batch)
    client.force_login(request.getfixturevalue(who))

    page = client.get(reverse("jobs:detail", args=[part.pk])).content.decode()

    assert (reverse("jobs:detail", args=[batch.pk]) in page) is shown


@pytest.mark.parametrize("role", [AUDITOR, ADMINISTRATOR])
@pytest.mark.parametrize("name", ["jobs:list", "reports:list"])
def test_lists_are_missing_for_who_makes_no_reports(client, county, role, name):
    client.force_login(factories.user((role, county)))

    assert client.get(reverse(name)).status_code == 404


@pytest.mark.parametrize(
    "moment",
    [
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "2021-06-30T10:00:00",
        "1949-09-30T10:00:00+08:00",
    ],
)
@pytest.mark.parametrize("name", ["after", "before"])
def test_page_mark_that_no_page_wrote_is_refused(client, office, name, moment):
    client.force_login(office)

    page = client.get(reverse("jobs:list"), {name: f"{moment}~00000000-0000-0000-0000-000000000000"})

    assert page.status_code == 400


@pytest.mark.parametrize(
    ("kind", "who", "status"),
    [
        ("report", "leader", 302),
        ("batch", "leader", 302),
        ("import-write", "leader", 404),
        ("import-undo", "verifier", 404),
        ("export", "verifier", 404),
        ("import-write", "asker", 302),
    ],
)
def test_only_who_asked_has_work_in_their_name_tried_again(client, request, county, kind, who, status):
    asker = factories.user((OFFICE, county), association=county)
    job = make_job(county, kind=kind, created_by=asker, state="failed", finished_at=now())
    client.force_login(asker if who == "asker" else request.getfixturevalue(who))

    page = client.get(reverse("jobs:detail", args=[job.pk]))
    answer = client.post(reverse("jobs:retry", args=[job.pk]))

    job.refresh_from_db()
    assert (answer.status_code, page.context["may_retry"]) == (status, status == 302)
    assert (job.state == "failed") is (status == 404)
