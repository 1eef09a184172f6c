"""Erased means gone: from every table with all its versions, and from every file."""

import io
import zipfile
from datetime import timedelta
from urllib.parse import quote_plus
from uuid import uuid4

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client

from members.models import (
    Appointment,
    ContactHousehold,
    Family,
    MemberGroup,
    Membership,
    MergedPerson,
    Person,
    PersonalDataRequest,
    Volunteer,
)
from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.jobs import broker, worker
from portal.jobs.models import Job
from portal.lib.dates import today
from portal.lib.findings import RuleViolation
from portal.lib.sealed import search_hash
from portal.records.erasure import Erased, erasure_steps
from portal.records.export_actions import keep, request_export
from portal.records.export_files import folder, name_of, path_of
from portal.records.exporting import MadeFile
from portal.records.files import store_bytes
from portal.records.importing import checking
from portal.records.importing.sealed_files import store_sealed
from portal.records.models import Export, ImportBatch, ImportedRow, SavedFilter
from portal.records.registry import record_type_of
from tests import factories
from tests.records.importing.steps import file_of, uploaded

from .conftest import ASKED, CANARIES, FAMILY_CANARIES, NUMBER


def post(clerk, subject, kind="erasure", **changed):
    slug = {Person: "people", Family: "families", ContactHousehold: "households"}[type(subject)]
    sent = ASKED | {"seen": f"{subject.version}"} | changed
    return clerk.post(f"/personal-data/{slug}/{subject.pk}/{kind}/", sent)


def dump():
    """Every row of every table as text, binary columns in hexadecimal."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT format('%I.%I', table_schema, table_name) FROM information_schema.tables"
            " WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')"
        )
        tables = [name for (name,) in cursor.fetchall()]
        for table in tables:
            cursor.execute(f"SELECT string_agg(each::text, chr(10)) FROM {table} AS each")  # noqa: S608
            found.append(cursor.fetchone()[0] or "")
    assert len(tables) > 50
    return "\n".join(found)


def contents(folder):
    """Every byte under the folder, packages unpacked."""
    found = b""
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            found += data
            if zipfile.is_zipfile(io.BytesIO(data)):
                package = zipfile.ZipFile(io.BytesIO(data))
                found += b"".join(package.read(name) for name in package.namelist())
    return found


def traces(texts, files):
    """Tell which texts are still somewhere: as they are, escaped in JSON, in hexadecimal."""
    tables, kept = dump(), contents(files)
    return {
        text
        for text in texts
        for form in (text, text.encode("unicode_escape").decode(), text.encode().hex())
        if form in tables or form.encode() in kept
    }


PERSON_TEXTS = {*CANARIES.values(), NUMBER, search_hash(NUMBER), "1990-03-07"}


@pytest.fixture
def changed(clerk, person):
    """A person whose earlier names and phones are in older versions."""
    for phone in ("13987654329", CANARIES["phone"]):
        Person.objects.filter(pk=person.pk).update(phone=phone)
    return person


def test_person_is_found_everywhere_before(clerk, changed, files):
    assert traces(PERSON_TEXTS - {NUMBER}, files) == PERSON_TEXTS - {NUMBER}


def test_erased_person_is_found_nowhere(clerk, changed, files):
    post(clerk, changed, "copy")
    assert post(clerk, changed).status_code == 302

    assert traces(PERSON_TEXTS | {"13987654329"}, files) == set()
    assert bytes(Person.objects.get(pk=changed.pk).id_number_sealed or b"") == b""


def test_erased_person_leaves_countable_rows(clerk, changed):
    post(clerk, changed)

    person = Person.objects.get(pk=changed.pk)
    assert (person.name, person.erased_on, person.version) == ("已删除人员", today(), 2)
    seat, membership = Appointment.objects.get(person=person), Membership.objects.get(person=person)
    assert (seat.office_held, str(seat.starts_on)) == ("", "2020-01-10")
    assert Membership.objects.on_roll(on=membership.joined_on).count() == 1
    assert Volunteer.objects.registered(on=membership.joined_on + timedelta(days=20)).count() == 1


def test_erased_person_stays_in_old_councils_without_a_name(clerk, changed):
    post(clerk, changed)

    page = clerk.get("/associations/360102/council/?on=2020-06-30").content.decode()

    assert "已删除人员" in page


@pytest.mark.parametrize("path", ["edit", "reveal"])
def test_erased_person_is_filled_in_by_nobody(clerk, changed, path):
    post(clerk, changed)

    assert clerk.get(f"/records/people/{changed.pk}/{path}/").status_code == 403
    assert clerk.get(f"/personal-data/people/{changed.pk}/").status_code == 403


def test_erasure_keeps_a_proof_without_the_data(clerk, office, changed):
    post(clerk, changed)

    request = PersonalDataRequest.objects.get()
    assert (request.kind, request.key, request.by, request.reason) == (
        "erasure",
        changed.pk,
        office,
        ASKED["reason"],
    )
    page = clerk.get("/personal-data/requests/").content.decode()
    assert f"人员 {changed.pk}" in page


def test_erased_leader_leads_no_group(clerk, changed, county):
    group = MemberGroup.objects.create(association=county, name="一组", leader=changed, starts_on=today())

    post(clerk, changed)

    group.refresh_from_db()
    assert (group.leader, group.version) == (None, 2)


def test_frozen_person_can_be_erased(clerk, changed, files):
    post(clerk, changed, "restriction")

    assert post(clerk, changed, seen="2").status_code == 302

    assert traces(PERSON_TEXTS, files) == set()
    assert Person.objects.get(pk=changed.pk).frozen_on is None


def serve(person, county):
    factories.seat(factories.term(county, number=2, starts_on=today()), person=person)


def join(person, county):
    factories.membership(county, person=person)


def volunteer(person, county):
    factories.volunteer(county, person=person)


KEPT = {
    "仍在理事会任职，请先登记卸任": serve,
    "仍是会员，请先办理退会": join,
    "仍是志愿者，请先办理退出": volunteer,
}


@pytest.mark.parametrize("words", KEPT)
def test_erasure_of_somebody_still_bound_is_refused(clerk, changed, county, words):
    KEPT[words](changed, county)

    response = post(clerk, changed)

    assert response.context["form"].non_field_errors() == [words]
    assert Person.objects.get(pk=changed.pk).name == CANARIES["name"]
    assert not PersonalDataRequest.objects.exists()


def test_erasure_past_the_reach_is_refused(clerk, verifier, changed, other_county):
    yesterday = today() - timedelta(days=1)
    factories.membership(other_county, person=changed, left_on=yesterday, leave_reason="resigned")

    refused = post(clerk, changed)
    done = post(factories.verified(Client(), verifier), changed)

    assert refused.context["form"].non_field_errors() == [
        "在您管理范围以外的协会还有记录，请由共同的上级协会办理"
    ]
    assert done.status_code == 302


def test_refusal_past_the_reach_tells_nothing_of_what_lies_there(clerk, changed, other_county):
    factories.membership(other_county, person=changed)
    factories.volunteer(other_county, person=changed)

    assert post(clerk, changed).context["form"].non_field_errors() == [
        "在您管理范围以外的协会还有记录，请由共同的上级协会办理"
    ]


def test_last_day_of_a_membership_still_counts(clerk, changed):
    Membership.objects.filter(person=changed).update(left_on=today())
    refused = post(clerk, changed)
    Membership.objects.filter(person=changed).update(left_on=today() - timedelta(days=1))

    assert refused.context["form"].non_field_errors() == ["仍是会员，请先办理退会"]
    assert post(clerk, changed).status_code == 302


def test_erased_family_is_found_nowhere(carer, family, files):
    texts = {
        *FAMILY_CANARIES.values(),
        "卡纳瑞联系人",
        "卡纳瑞卫生院",
        "某医生",
        "人民医院",
        "某保险公司",
        "某走访人",
    }
    assert traces(texts, files) == texts

    assert post(carer, family).status_code == 302

    assert traces(texts, files) == set()
    assert not Family.objects.exists()


def test_family_in_care_is_kept(carer, family):
    Family.objects.update(ends_on=None)

    refused = post(carer, family)

    assert refused.context["form"].non_field_errors() == ["仍在帮扶中，请先办理退出帮扶"]


def test_erased_household_is_found_nowhere(clerk, family, files):
    household = ContactHousehold.objects.get()
    ContactHousehold.objects.update(householder="卡纳瑞联系户", phone="13987654323")

    assert post(clerk, household).status_code == 302

    assert traces({"卡纳瑞联系户", "13987654323"}, files) == set()
    assert not ContactHousehold.objects.exists()


def test_registered_steps_are_told_what_must_go(clerk, changed, files):
    path = files / "export.csv"
    store_bytes(b"x")
    path.write_text(CANARIES["name"], encoding="utf-8")
    told: list[Erased] = []

    def take_out(erased):
        told.append(erased)
        if any(text in path.read_text(encoding="utf-8") for text in erased.texts):
            path.unlink()

    erasure_steps.append(take_out)
    try:
        post(clerk, changed)
    finally:
        erasure_steps.remove(take_out)

    (erased,) = told
    assert erased.texts == {CANARIES["name"], CANARIES["phone"], NUMBER}
    assert erased.keys["members.person"] == (changed.pk,)
    assert traces(PERSON_TEXTS, files) == set()


def test_deleted_and_merged_rows_are_blanked_in_the_history(clerk, changed, county, files):
    """Rows that were deleted before, and a person who was merged into this one, left versions behind."""
    rating = changed.volunteering.get().ratings.get()
    rating.note = "卡纳瑞旧评语"
    rating.save()
    rating.delete()
    other = factories.person(county, name="卡纳瑞旧名", phone="13987654328")
    MergedPerson.objects.create(
        old_key=other.pk,
        name=other.name,
        kept=changed,
        values={"电话": other.phone},
        merged_by=User.objects.get(),
    )
    other.delete()
    texts = {"卡纳瑞旧评语", "卡纳瑞旧名", "13987654328"}
    assert traces(texts, files) == texts

    post(clerk, changed)

    assert traces(PERSON_TEXTS | texts, files) == set()


def test_files_and_conditions_about_the_person_are_taken_out(clerk, office, changed, files):
    clerk.get("/records/people/")
    job = Job.objects.create(kind="export", key="e", association=changed.association)
    export = Export.objects.create(
        user=office,
        job=job,
        slug="people",
        query=f"q={quote_plus(CANARIES['name'])}",
        format="csv",
        sha256="0" * 64,
        size=1,
        row_count=1,
    )
    kept = Export.objects.create(
        user=office,
        job=Job.objects.create(kind="export", key="f", association=changed.association),
        slug="terms",
        format="csv",
        sha256="1" * 64,
        size=1,
        row_count=1,
    )
    for each in (export, kept):
        path_of(each).parent.mkdir(parents=True, exist_ok=True)
        path_of(each).write_text("x")
    path_of(export).write_text(CANARIES["name"])
    SavedFilter.objects.create(user=office, slug="people", name="某筛选", query=export.query)

    post(clerk, changed)

    export.refresh_from_db()
    assert (export.has_file, export.query, path_of(export).exists(), path_of(kept).exists()) == (
        False,
        "",
        False,
        True,
    )
    assert not SavedFilter.objects.exists()
    assert traces(PERSON_TEXTS | {quote_plus(CANARIES["name"])}, files) == set()


def test_imported_file_and_its_old_values_are_taken_out(clerk, office, changed, files):
    file_key = store_sealed(CANARIES["name"].encode())
    batch = ImportBatch.objects.create(
        type="people",
        permission="edit-records",
        association=changed.association,
        created_by=office,
        name=f"{CANARIES['name']}.xlsx",
        size=2,
        file_key=file_key,
        sha256="2" * 64,
        state="invalid",
        faults=[{"row": 1, "header": "", "message": CANARIES["phone"]}],
    )
    row = ImportedRow.objects.create(
        batch=batch,
        line=2,
        model="members.person",
        key=changed.pk,
        version=1,
        before={"phone": CANARIES["phone"]},
    )

    post(clerk, changed)

    row.refresh_from_db()
    batch.refresh_from_db()
    assert (row.before, batch.file_key, batch.name) == ({}, "", "已删除.xlsx")
    assert traces(PERSON_TEXTS, files) == set()


def test_export_that_waits_or_runs_is_taken_out(clerk, office, changed, files, monkeypatch):
    monkeypatch.setattr(broker, "wake", lambda job_ids: None)
    waiting, running = (
        request_export(
            record_type=record_type_of("people"),
            query=QueryDict(f"q={CANARIES['name']}"),
            format="csv",
            by=office,
            request_key=uuid4(),
        )
        for _ in range(2)
    )
    made = MadeFile(format="csv", row_count=1, size=1, sha256="3" * 64)
    draft = folder() / name_of(running, made.sha256)
    draft.parent.mkdir(parents=True, exist_ok=True)
    draft.write_text(CANARIES["name"])

    post(clerk, changed)
    worker.work(waiting.job_id)
    with pytest.raises(RuleViolation, match="请重新导出"):
        keep(export=running, made=made, held={Permission.VIEW_PEOPLE: ["360102"]})

    waiting.job.refresh_from_db()
    assert (waiting.job.state, waiting.job.message) == (
        "failed",
        "其间有个人信息被删除，这次导出已作废，请重新导出",
    )
    assert not draft.exists()
    assert [export.has_file for export in Export.objects.all()] == [False, False]
    assert traces(PERSON_TEXTS, files) == set()


def test_check_that_runs_through_an_erasure_keeps_nothing(clerk, office, changed, files, monkeypatch):
    monkeypatch.setattr(broker, "wake", lambda job_ids: None)
    content = file_of("people", [{"协会代码": "360199", "姓名": CANARIES["name"]}])
    batch = uploaded(office, "people", content)
    judged = checking.judged

    def erased_meanwhile(*arguments, **options):
        verdict = judged(*arguments, **options)
        post(clerk, changed)
        return verdict

    monkeypatch.setattr(checking, "judged", erased_meanwhile)
    worker.work(batch.job_id)

    batch.refresh_from_db()
    assert (batch.file_key, batch.errors_key, batch.faults, batch.state) == ("", "", [], "checking")
    assert traces(PERSON_TEXTS, files) == set()


def test_step_that_fails_undoes_the_erasure(clerk, changed):
    def fail(erased):
        raise OSError("disk")

    erasure_steps.append(fail)
    try:
        response = post(clerk, changed)
    finally:
        erasure_steps.remove(fail)

    assert response.status_code == 500
    assert Person.objects.get(pk=changed.pk).name == CANARIES["name"]
    assert not PersonalDataRequest.objects.exists()
