"""Erased means gone: from every table with all its versions, and from every file."""

from datetime import timedelta

import pytest
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
from portal.lib.dates import today
from portal.records.erasure import Erased, erasure_steps
from portal.records.files import store_bytes
from tests import factories

from .conftest import ASKED, CANARIES, FAMILY_CANARIES, NUMBER
from .traces import PERSON_TEXTS, post, traces


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
