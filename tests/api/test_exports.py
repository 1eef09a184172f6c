"""Lists as files over REST: asked for, made by a worker, read by whoever asked."""

import csv
import io

import pytest

from portal.accounts import actions
from portal.accounts.models import ApiToken
from portal.accounts.roles import OFFICE, Permission
from portal.jobs import worker
from portal.lib.dates import now
from portal.records.models import Export
from tests import factories

EXPORTS = "/api/v1/exports/"
pytestmark = pytest.mark.usefixtures("no_broker")


@pytest.fixture
def provincial(province):
    return factories.user((OFFICE, province), username="jx", association=province)


def order(client, body, **headers):
    return client.post(EXPORTS, body, content_type="application/json", headers=headers)


def made(client, body, **headers):
    """Ask for a list, let a worker make it, and return what its address then says."""
    answer = order(client, body, **headers)
    worker.work(Export.objects.get(pk=answer.json()["id"]).job_id)
    return client.get(answer["Location"], headers=headers).json()


def rows_at(client, url, **headers):
    content = b"".join(client.get(url, headers=headers).streaming_content)
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def bearer_of(user, association, *permissions):
    issued = actions.make_token(
        user=user, association=association, days=1, name="测试", permissions=permissions or None
    )
    return {"authorization": f"Bearer {issued.secret}"}


def test_list_is_made_with_its_filters_columns_and_order(clerk, county, other_county):
    for place, name in [(county, "某甲一"), (county, "某甲二"), (county, "某乙"), (other_county, "某甲外")]:
        factories.person(place, name=name, name_key=name, phone="13812345678")
    body = {"records": "people", "filters": {"q": "某甲"}, "columns": ["name", "phone"], "sort": "-name"}

    before = order(clerk, body)
    done = made(clerk, body)

    assert (before.status_code, before.json()["url"], before.json()["job"]["state"]) == (202, None, "waiting")
    assert (done["rows"], done["job"]["state"]) == (2, "done")
    assert rows_at(clerk, done["url"]) == [
        ["姓名", "电话"],
        ["某甲二", "138****5678"],
        ["某甲一", "138****5678"],
    ]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "records"),
        ({"records": "kings"}, "records"),
        ({"records": "families"}, "records"),
        ({"records": "people", "filters": {"colour": "red"}}, "colour"),
        ({"records": "people", "filters": {"sex": "king"}}, "sex"),
        ({"records": "people", "filters": {"association": "360102"}}, "association"),
        ({"records": "venues", "filters": {"association": "360102"}}, "association"),
        ({"records": "people", "columns": ["crown"]}, ""),
        ({"records": "people", "sort": "crown"}, ""),
        ({"records": "people", "format": "pdf"}, "format"),
    ],
    ids=str,
)
def test_what_no_list_has_is_refused_by_its_name(clerk, body, field):
    answer = order(clerk, body)

    assert (answer.status_code, Export.objects.count()) == (400, 0)
    assert field in answer.json()["errors"] or field == ""


def test_same_key_gives_the_same_export(clerk):
    key = {"idempotency-key": "nightly-1"}
    answers = [order(clerk, {"records": "people"}, **key) for _ in range(2)]
    other = order(clerk, {"records": "terms"}, **key)

    assert answers[0].json()["id"] == answers[1].json()["id"]
    assert (other.status_code, Export.objects.count()) == (409, 1)


def test_newest_export_stands_first_and_pages_lead_on(clerk):
    for slug in ("people", "terms", "memberships"):
        order(clerk, {"records": slug})

    first = clerk.get(f"{EXPORTS}?page_size=2").json()
    second = clerk.get(first["next"]).json()

    assert [row["records"] for row in [*first["results"], *second["results"]]] == [
        "memberships",
        "terms",
        "people",
    ]
    assert clerk.get(f"{EXPORTS}?cursor=cD1raW5n").status_code == 400


def test_export_of_somebody_else_does_not_exist(clerk, client, verifier):
    made_by_clerk = made(clerk, {"records": "people"})
    client.force_login(verifier)

    asked = [client.get(f"{EXPORTS}{made_by_clerk['id']}/"), client.get(made_by_clerk["url"])]

    assert [answer.status_code for answer in asked] == [404, 404]
    assert client.get(EXPORTS).json()["results"] == []


def test_worker_reads_no_further_than_the_token_that_asked(client, provincial, county, other_county):
    factories.person(county, name="某甲")
    factories.person(other_county, name="某甲外")
    token = bearer_of(provincial, county)

    done = made(client, {"records": "people", "columns": ["name"]}, **token)

    assert rows_at(client, done["url"], **token) == [["姓名"], ["某甲"]]


def test_token_knows_of_no_export_that_it_did_not_ask_for(client, provincial, county):
    client.force_login(provincial)
    of_the_page = made(client, {"records": "people"})
    client.logout()
    token = bearer_of(provincial, county)

    asked = [client.get(f"{EXPORTS}{of_the_page['id']}/", headers=token), client.get(EXPORTS, headers=token)]

    assert (asked[0].status_code, asked[1].json()["results"]) == (404, [])


def test_token_that_died_meanwhile_exports_nothing(client, provincial, county):
    answer = order(client, {"records": "people"}, **bearer_of(provincial, county))
    ApiToken.objects.update(revoked_at=now())
    export = Export.objects.get(pk=answer.json()["id"])

    worker.work(export.job_id)

    export.refresh_from_db()
    assert (export.has_file, export.job.message) == (False, "您现在没有查看这个列表的权限，没有导出")


def test_token_without_the_permission_cannot_ask(client, provincial, county):
    token = bearer_of(provincial, county, Permission.VIEW_STATISTICS)

    assert order(client, {"records": "people"}, **token).status_code == 400
