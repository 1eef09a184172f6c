"""Files brought in over REST: sent, checked, confirmed, undone, with the words of the pages."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from python_calamine import CalamineWorkbook

from members.models import Membership, Person
from portal.accounts import actions
from portal.accounts.roles import OFFICE, Permission
from portal.jobs import worker
from portal.records.importing.models import ImportBatch
from tests import factories
from tests.records.importing.steps import file_of, id_number

IMPORTS = "/api/v1/imports/"
pytestmark = pytest.mark.usefixtures("no_broker")


def line(serial, **changed):
    return {
        "协会代码": "360102",
        "姓名": f"某{serial}",
        "身份证号": id_number(serial),
        "入会日期": "2021-03-01",
    } | changed


def send(client, rows, *, slug="memberships", **headers):
    return send_again(client, file_of(slug, rows), slug=slug, **headers)


def send_again(client, content, *, slug="memberships", **headers):
    file = SimpleUploadedFile("会员.xlsx", content)
    return client.post(IMPORTS, {"type": slug, "file": file}, headers=headers)


def worked(client, answer, **headers):
    """Let a worker do the job of a batch, and return what its address then says."""
    key = answer.json()["id"]
    worker.work(ImportBatch.objects.scoped().get(pk=key).job_id)
    return client.get(f"{IMPORTS}{key}/", headers=headers).json()


def step(client, batch, name, **headers):
    return client.post(f"{IMPORTS}{batch['id']}/{name}/", headers=headers)


def test_file_is_checked_written_and_undone(clerk):
    sent = send(clerk, [line(1), line(2)])
    checked = worked(clerk, sent)
    assert (sent.status_code, checked["state"], checked["created"]) == (202, "ready", 2)
    assert Membership.objects.scoped().count() == 0

    written = worked(clerk, step(clerk, checked, "confirm"))
    assert (written["state"], Membership.objects.scoped().count()) == ("done", 2)

    undone = worked(clerk, step(clerk, checked, "undo"))
    assert (undone["state"], Person.objects.scoped().count()) == ("undone", 0)


def test_wrong_rows_are_named_and_come_back_as_a_workbook(clerk):
    checked = worked(clerk, send(clerk, [line(1), line(2, **{"协会代码": "360199"})]))
    refused = step(clerk, checked, "confirm")
    book = b"".join(clerk.get(checked["errors_url"]).streaming_content)

    assert (checked["state"], checked["wrong"]) == ("invalid", 1)
    assert [(fault["row"], fault["header"]) for fault in checked["faults"]] == [(3, "协会代码")]
    assert (refused.status_code, refused.json()["detail"]) == (409, "文件尚未检查通过，不能导入")
    assert "某2" in str(CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python())


def test_same_key_takes_the_same_file_once(clerk):
    key = {"idempotency-key": "monday"}
    # Made once: a workbook names the second in which it was made.
    content = file_of("memberships", [line(1)])
    answers = [send_again(clerk, content, **key) for _ in range(2)]
    other = send(clerk, [line(2)], **key)

    assert answers[0].json()["id"] == answers[1].json()["id"]
    assert (other.status_code, ImportBatch.objects.scoped().count()) == (409, 1)


def test_what_is_no_upload_is_refused(clerk, client, outsider):
    nothing = clerk.post(IMPORTS, {"type": "memberships"})
    unknown = clerk.post(IMPORTS, {"type": "kings", "file": SimpleUploadedFile("a.csv", b"x")})
    client.force_login(outsider)
    nowhere = send(client, [line(1)])

    assert [(each.status_code, set(each.json()["errors"])) for each in (nothing, unknown)] == [
        (400, {"file"}),
        (400, {"type"}),
    ]
    assert nowhere.status_code == 404


def test_worker_writes_no_further_than_the_token_that_asked(client, province, county, other_county):
    provincial = factories.user((OFFICE, province), username="jx", association=province)
    issued = actions.make_token(
        user=provincial,
        association=county,
        days=1,
        name="测试",
        permissions=[Permission.EDIT_RECORDS, Permission.VIEW_PEOPLE],
    )
    token = {"authorization": f"Bearer {issued.secret}"}

    inside = worked(client, send(client, [line(1)], **token), **token)
    beyond = worked(client, send(client, [line(2, **{"协会代码": "360103"})], **token), **token)

    assert (inside["state"], inside["association"]) == ("ready", "360102")
    assert (beyond["state"], [fault["header"] for fault in beyond["faults"]]) == ("invalid", ["协会代码"])


def test_batch_of_somebody_else_does_not_exist(clerk, client, verifier):
    batch = worked(clerk, send(clerk, [line(1)]))
    client.force_login(verifier)

    steps = [step(client, batch, name).status_code for name in ("check", "confirm", "undo")]

    assert (steps, client.get(f"{IMPORTS}{batch['id']}/").status_code) == ([404, 404, 404], 404)


def test_template_is_the_one_of_the_page(clerk):
    answer = clerk.get(f"{IMPORTS}templates/memberships/")

    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
    assert "协会代码" in str(book.get_sheet_by_index(0).to_python()[0])
